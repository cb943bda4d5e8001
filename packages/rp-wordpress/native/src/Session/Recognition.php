<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Session;

use Latchkey\WordPress\Core\Http\FormFields;
use Latchkey\WordPress\Core\RelyingParty;
use Latchkey\WordPress\Core\SignedInState\Visit;
use Latchkey\WordPress\Config\Configuration;
use Latchkey\WordPress\Config\Place;
use Latchkey\WordPress\Http\IncomingRequest;
use Latchkey\WordPress\Http\Reply;
use Latchkey\WordPress\Users\LinkTable;

/**
 * Tells WordPress who a request is from. Sessions that the sign-in began count only as long as it says so; those of
 * WordPress's own form only for local users who have no link.
 */
final class Recognition
{
    private ?Visit $visit = null;
    private bool $isOfLocalForm = false;
    /** While it is found out, WordPress asks who changes the user: nobody does. */
    private bool $isBeingFound = false;
    private bool $isFound = false;

    /** @param \Closure(): ?RelyingParty $relyingParty null where the connection is not set up */
    public function __construct(
        private \Closure $relyingParty,
        private Configuration $configuration,
        private Place $place,
        private LinkTable $links,
        private WordPressBrowser $browser,
    ) {
    }

    /** Filter `determine_current_user`, after WordPress's own. */
    public function determine(mixed $given): int|false
    {
        $userId = is_numeric($given) ? (int) $given : 0;
        if (!self::isOfBrowser()) {
            return $userId > 0 ? $userId : false;
        }
        if ($this->isBeingFound) {
            return false;
        }
        // The sign-in's own addresses ask for themselves.
        if ($this->place->endpointOf(IncomingRequest::path()) !== null) {
            return false;
        }
        if ($userId > 0 && did_action('application_password_did_authenticate') > 0) {
            return $this->links->isShutOut($userId) ? false : $userId;
        }
        $isOurs = $this->browser->idHash() !== null;
        if ($userId > 0 && !$isOurs) {
            $this->isOfLocalForm = !$this->links->isLinked($userId);
            return $this->isOfLocalForm ? $userId : false;
        }
        $session = $this->visit()?->session;
        return $session !== null && $userId > 0 && (int) $session->localUserId === $userId ? $userId : false;
    }

    /** Action `init`, at its beginning: sends the browser off, or takes cookies back. */
    public function answer(): void
    {
        if (!self::isOfBrowser() || $this->place->endpointOf(IncomingRequest::path()) !== null) {
            return;
        }
        $visit = $this->visit;
        if ($visit?->sending !== null) {
            Reply::send(Reply::redirect($visit->sending->url, $visit->sending->setCookies));
        }
        if ($visit !== null && $visit->setCookies !== []) {
            Reply::sendCookies($visit->setCookies);
        }
        if ($this->isPersonal() || !$this->configuration->areFrontPagesCached()) {
            Reply::forbidCaching();
        }
    }

    /** Filter `nocache_headers`: WordPress before 6.3 lets shared caches keep what it says about somebody. */
    public function nocacheHeaders(mixed $headers): mixed
    {
        if (is_array($headers) && $this->isPersonal()) {
            $headers['Cache-Control'] = 'private, no-store, no-cache, must-revalidate, max-age=0';
        }
        return $headers;
    }

    /** Filter `wp_headers`. */
    public function pageHeaders(mixed $headers): mixed
    {
        $isPersonal = $this->isPersonal() || !$this->configuration->areFrontPagesCached();
        if (is_array($headers) && $isPersonal) {
            $headers = array_merge($headers, wp_get_nocache_headers());
            $headers['Cache-Control'] = 'private, no-store';
        }
        return $headers;
    }

    /** What was found out about this request; null where nothing was to be found out. */
    public function found(): ?Visit
    {
        return $this->visit;
    }

    /** Whether somebody is signed in by WordPress's own form. */
    public function isOfLocalForm(): bool
    {
        return $this->isOfLocalForm;
    }

    /** Whether the answer is for this browser alone. */
    public function isPersonal(): bool
    {
        return $this->isOfLocalForm
            || $this->browser->hasChanged()
            || ($this->visit !== null && ($this->visit->session !== null || $this->visit->setCookies !== []));
    }

    private function visit(): ?Visit
    {
        if (!$this->isFound) {
            $this->isFound = true;
            $this->isBeingFound = true;
            try {
                $this->visit = $this->find(($this->relyingParty)());
            } catch (\RuntimeException $fault) {
                // The database refuses something: this request is nobody's, and the page is shown.
                error_log("latchkey: {$fault->getMessage()}");
            } finally {
                $this->isBeingFound = false;
            }
        }
        return $this->visit;
    }

    private function find(?RelyingParty $relyingParty): ?Visit
    {
        $request = IncomingRequest::received();
        return match (true) {
            $relyingParty === null => null,
            $this->maySendOff() => $relyingParty->recognise($request, $this->browser, IncomingRequest::path()),
            default => $relyingParty->recogniseOnly($request, $this->browser),
        };
    }

    /** Only where the answer is kept by no shared cache, and is a page. */
    private function maySendOff(): bool
    {
        $script = basename((string) ($_SERVER['SCRIPT_NAME'] ?? ''));
        if ($script === 'wp-login.php') {
            $action = (new FormFields(IncomingRequest::received()->query))->values('action');
            return in_array($action, [[], ['login']], true);
        }
        if (is_admin()) {
            return !in_array($script, ['admin-ajax.php', 'admin-post.php', 'async-upload.php'], true);
        }
        return $script === 'index.php' && !$this->configuration->areFrontPagesCached();
    }

    private static function isOfBrowser(): bool
    {
        return PHP_SAPI !== 'cli' && !wp_doing_cron() && !wp_installing();
    }
}
