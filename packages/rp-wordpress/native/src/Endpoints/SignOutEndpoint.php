<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Endpoints;

use Latchkey\WordPress\Core\Http\Answer;
use Latchkey\WordPress\Http\Reply;

/** Signing out, by our form or by WordPress's link. */
final class SignOutEndpoint
{
    /** `POST sign-out` with `csrf`; with `where=here` the issuer's session stays. */
    public static function submit(Parts $parts): Answer
    {
        $form = ReadForm::of($parts->request);
        if ($form instanceof Answer) {
            return $form;
        }
        $idHash = $parts->browser->idHash();
        $session = $idHash === null ? null : $parts->relyingParty->sessions->find($idHash);
        if ($session !== null && !$parts->relyingParty->formTokens->isGood($session->idHash, $form->only('csrf'))) {
            return $parts->pages->foreignForm();
        }
        return self::signOut($parts, $form->only('where') === 'here');
    }

    /** The person's own form or link has asked for it. */
    public static function signOut(Parts $parts, bool $isOnlyHere = false): Answer
    {
        $after = $isOnlyHere ? null : $parts->place->url('signed-out');
        $idHash = $parts->browser->idHash();
        $session = $idHash === null ? null : $parts->relyingParty->sessions->find($idHash);
        $done = $parts->relyingParty->signOut->signOut($parts->request->cookies, $parts->browser, $after);
        if ($session !== null) {
            do_action('wp_logout', (int) $session->localUserId);
        }
        return $done->isIssuerAway
            ? $parts->pages->signedOutHereOnly($done->setCookies)
            : Reply::redirect($done->url ?? $parts->place->home(), $done->setCookies);
    }
}
