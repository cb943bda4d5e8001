<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Pages;

use Latchkey\WordPress\Core\Http\FormFields;
use Latchkey\WordPress\Core\RelyingParty;
use Latchkey\WordPress\Config\Place;
use Latchkey\WordPress\Http\IncomingRequest;
use Latchkey\WordPress\Http\Reply;
use Latchkey\WordPress\Session\Recognition;

/** WordPress's own login page: the way to the accounts site on top, its own form for local users below. */
final class LoginForm
{
    /** @param \Closure(): ?RelyingParty $relyingParty */
    public function __construct(
        private \Closure $relyingParty,
        private Place $place,
        private Recognition $recognition,
        private SignInPages $pages,
    ) {
    }

    public function register(): void
    {
        add_filter('login_message', $this->withLink(...));
        add_action('login_form_login', $this->goOn(...));
        add_action('login_enqueue_scripts', static function (): void {
            wp_enqueue_style('latchkey', plugins_url('assets/latchkey.css', LATCHKEY_FILE), [], LATCHKEY_VERSION);
        });
    }

    private function withLink(mixed $message): mixed
    {
        $action = (string) ($_REQUEST['action'] ?? 'login');
        if (($this->relyingParty)() === null || $action !== 'login') {
            return $message;
        }
        // In the small window over the dashboard nothing else can be shown in its place.
        $target = isset($_REQUEST['interim-login']) ? ' target="_blank" rel="noopener"' : '';
        return sprintf(
            '%s<p class="message latchkey-sign-in"><a class="button button-primary" href="%s"%s>%s</a></p>',
            is_string($message) ? $message : '',
            esc_url($this->place->start($this->returnPath())),
            $target,
            /* translators: %s: host name of the accounts site */
            esc_html(sprintf(__('Sign in at %s', 'latchkey'), $this->pages->issuerHost())),
        );
    }

    /** Somebody who is signed in already has no business at the form. */
    private function goOn(): void
    {
        $request = IncomingRequest::received();
        $isAsked = (new FormFields($request->query))->values('reauth') !== [] || isset($_REQUEST['interim-login']);
        if ($request->method === 'GET' && !$isAsked && $this->recognition->found()?->session !== null) {
            Reply::send(Reply::redirect($this->returnPath()));
        }
    }

    private function returnPath(): string
    {
        $asked = (new FormFields(IncomingRequest::received()->query))->only('redirect_to');
        $path = $asked === null ? null : $this->place->pathOf($asked);
        return ($this->relyingParty)()?->returnPath($path ?? $this->place->home()) ?? $this->place->home();
    }
}
