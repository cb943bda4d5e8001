<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Session;

use Latchkey\WordPress\Core\Secrets\TokenHash;
use Latchkey\WordPress\Core\Session\BrowserSessions;

/** WordPress's session in the browser that sent this request. */
final class WordPressBrowser implements BrowserSessions
{
    private string $token;
    private ?int $begunFor = null;
    private bool $hasChanged = false;

    public function __construct(
        private SessionRows $rows,
    ) {
        $this->token = SessionToken::brought();
    }

    public function idHash(): ?string
    {
        return SessionToken::isOurs($this->token) ? TokenHash::of($this->token) : null;
    }

    public function begin(string $localUserId, float $expiresAt): string
    {
        $userId = (int) $localUserId;
        $this->destroyBrought();
        $token = SessionToken::make();
        $until = (int) floor($expiresAt);
        $this->rows->locked($userId, static function () use ($userId, $token, $until): void {
            wp_cache_delete($userId, 'user_meta');
            $session = apply_filters('attach_session_information', [], $userId);
            $session['expiration'] = $until;
            $session['login'] = time();
            $session['ip'] = wp_unslash($_SERVER['REMOTE_ADDR'] ?? '');
            $session['ua'] = wp_unslash($_SERVER['HTTP_USER_AGENT'] ?? '');
            \WP_Session_Tokens::get_instance($userId)->update($token, $session);
        });
        $cap = static fn (): int => max(1, $until - time());
        add_filter('auth_cookie_expiration', $cap, PHP_INT_MAX);
        wp_set_auth_cookie($userId, true, '', $token);
        remove_filter('auth_cookie_expiration', $cap, PHP_INT_MAX);
        wp_set_current_user($userId);
        $this->token = $token;
        $this->begunFor = $userId;
        $this->hasChanged = true;
        return TokenHash::of($token);
    }

    public function end(): void
    {
        $this->destroyBrought();
        wp_clear_auth_cookie();
        wp_set_current_user(0);
        $this->token = '';
        $this->begunFor = null;
        $this->hasChanged = true;
    }

    /** The local user for whom a session began in this request, and did not end in it. */
    public function begunFor(): ?int
    {
        return $this->begunFor;
    }

    /** Whether the browser gets or loses cookies with this request's answer. */
    public function hasChanged(): bool
    {
        return $this->hasChanged;
    }

    private function destroyBrought(): void
    {
        $userId = $this->begunFor ?? wp_validate_auth_cookie('', 'logged_in');
        if (is_int($userId) && $userId > 0 && $this->token !== '') {
            \WP_Session_Tokens::get_instance($userId)->destroy($this->token);
        }
    }
}
