<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Pages;

use Latchkey\WordPress\Core\RelyingParty;
use Latchkey\WordPress\Core\SignIn\ReturnPath;
use Latchkey\WordPress\Config\Configuration;
use Latchkey\WordPress\Config\Place;
use Latchkey\WordPress\Http\IncomingRequest;
use Latchkey\WordPress\Session\Recognition;

/**
 * The line that says who is signed in, and the script that keeps it true. On a page for everybody it is the same for
 * everybody.
 */
final class SessionElement
{
    private bool $isPrinted = false;

    /** @param \Closure(): ?RelyingParty $relyingParty */
    public function __construct(
        private \Closure $relyingParty,
        private Configuration $configuration,
        private Place $place,
        private Recognition $recognition,
    ) {
    }

    public function register(): void
    {
        add_action('wp_enqueue_scripts', $this->enqueue(...));
        add_action('wp_body_open', $this->printLine(...), 1);
        // For themes that do not know that place.
        add_action('wp_footer', $this->printLine(...), 1);
        add_shortcode('latchkey_session', $this->html(...));
        add_action('init', function (): void {
            register_block_type('latchkey/session', [
                'api_version' => 2,
                'title' => __('Who is signed in', 'latchkey'),
                'category' => 'widgets',
                'render_callback' => $this->html(...),
            ]);
        });
    }

    public function html(): string
    {
        $relyingParty = ($this->relyingParty)();
        // Who came by WordPress's own form is signed out by WordPress's own link.
        if ($relyingParty === null || $this->recognition->isOfLocalForm()) {
            return '';
        }
        $this->isPrinted = true;
        $visit = $this->recognition->found();
        $session = $visit?->session;
        $attributes = [
            'data-chrome' => $this->place->path('chrome'),
            'data-start' => $this->place->path('start') . '?frame=1',
            'data-hint' => $relyingParty->names->hint,
            'data-marker' => $relyingParty->names->marker,
        ];
        $isForOne = $this->recognition->isPersonal() || !$this->configuration->areFrontPagesCached();
        if ($isForOne && $visit !== null && IncomingRequest::received()->method === 'GET') {
            $attributes['data-state'] = $visit->browserState;
        }
        $written = '';
        foreach ($attributes as $name => $value) {
            $written .= sprintf(' %s="%s"', $name, esc_attr($value));
        }
        $returnPath = ReturnPath::read(IncomingRequest::target(), $this->place->ownPath) ?? $this->place->home();
        $csrf = $session === null ? '' : $relyingParty->formTokens->tokenFor($session->idHash);
        return sprintf(
            '<div class="latchkey-session" data-latchkey%1$s><span data-latchkey-out%2$s><a href="%3$s">%4$s</a></span>'
                . '<span data-latchkey-in%5$s><span data-latchkey-name>%6$s</span> <form method="post" action="%7$s">'
                . '<input type="hidden" name="csrf" value="%8$s"><button>%9$s</button></form></span></div>',
            $written,
            $session === null ? '' : ' hidden',
            esc_url($this->place->start($returnPath)),
            esc_html__('Sign in', 'latchkey'),
            $session === null ? ' hidden' : '',
            $session === null ? '' : esc_html(wp_get_current_user()->display_name),
            esc_url($this->place->path('sign-out')),
            esc_attr($csrf),
            esc_html__('Sign out', 'latchkey'),
        );
    }

    private function printLine(): void
    {
        if ($this->configuration->isLineShown() && !$this->isPrinted && !is_feed()) {
            echo $this->html(); // phpcs:ignore -- every part is escaped
        }
    }

    private function enqueue(): void
    {
        if (($this->relyingParty)() === null || $this->recognition->isOfLocalForm()) {
            return;
        }
        wp_enqueue_style('latchkey', plugins_url('assets/latchkey.css', LATCHKEY_FILE), [], LATCHKEY_VERSION);
        $script = plugins_url('assets/session-check.min.js', LATCHKEY_FILE);
        wp_enqueue_script('latchkey-session-check', $script, [], LATCHKEY_VERSION, true);
    }
}
