<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Endpoints;

use Latchkey\WordPress\Core\Http\Answer;
use Latchkey\WordPress\Core\Session\LocalSession;
use Latchkey\WordPress\Http\Reply;

/** What the session check script shows: who is signed in. */
final class Chrome
{
    /**
     * `GET chrome`: for this origin's own scripts alone. The header that they send cannot be sent from another origin
     * without asking first (CORS), and that is answered to nobody.
     */
    public static function answer(Parts $parts): Answer
    {
        $headers = $parts->request->headers;
        $site = $headers['sec-fetch-site'] ?? 'same-origin';
        if (($headers['x-latchkey'] ?? '') !== '1' || $site !== 'same-origin') {
            return Reply::json(['error' => 'only scripts of this site may ask, with X-Latchkey: 1'], 403);
        }
        $visit = $parts->relyingParty->recogniseOnly($parts->request, $parts->browser);
        return Reply::json(self::of($visit->session, $visit->ask, $parts), 200, $visit->setCookies);
    }

    /** `GET start?frame=1`: the script asks in its hidden frame, which goes silently or is answered at once. */
    public static function frame(Parts $parts): Answer
    {
        // Somebody who came by WordPress's own form stays who they are.
        if ($parts->browser->idHash() === null && wp_validate_auth_cookie('', 'logged_in') !== false) {
            return self::document(null, false, $parts, []);
        }
        $visit = $parts->relyingParty->recogniseFrame($parts->request, $parts->browser);
        return match (true) {
            $visit === null => $parts->pages->refusedFrame(),
            $visit->sending !== null => Reply::redirect($visit->sending->url, $visit->sending->setCookies),
            default => self::document($visit->session, $visit->ask, $parts, $visit->setCookies),
        };
    }

    /**
     * What the script reads from its frame; it needs no script of its own.
     *
     * @param list<string> $setCookies `Set-Cookie` lines
     */
    public static function document(?LocalSession $session, bool $ask, Parts $parts, array $setCookies): Answer
    {
        $chrome = json_encode(self::of($session, $ask, $parts), JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
        $text = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Session</title></head>'
            . '<body data-latchkey-chrome="' . htmlspecialchars($chrome, ENT_QUOTES | ENT_HTML5) . '"></body></html>';
        return Reply::html($text, 200, $setCookies, true);
    }

    /** @return array<string, mixed> */
    private static function of(?LocalSession $session, bool $ask, Parts $parts): array
    {
        $user = $session === null ? null : get_userdata((int) $session->localUserId);
        $asking = $ask ? ['ask' => true] : [];
        if ($session === null || !$user instanceof \WP_User) {
            return ['signedIn' => false, ...$asking];
        }
        return [
            'signedIn' => true,
            'name' => $user->display_name,
            'username' => $user->user_login,
            'csrf' => $parts->relyingParty->formTokens->tokenFor($session->idHash),
            ...$asking,
        ];
    }
}
