<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Cookies\CookieHeader;
use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\Issuer\IssuerConnection;
use Latchkey\RelyingParty\Issuer\IssuerException;
use Latchkey\RelyingParty\Issuer\ReachabilityAsker;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\Session\BrowserSessions;
use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\Session\LocalSessions;
use Latchkey\RelyingParty\SignedInState\Hints;

final class SignOut
{
    public function __construct(
        private IssuerConnection $issuer,
        private LocalSessions $sessions,
        private Departure $departure,
        private CookieNames $names,
        private CookieWriter $cookies,
        private RelyingPartyLog $log,
        private Clock $clock,
    ) {
    }

    /**
     * Ends the local session and, unless only here, has the browser end the issuer's too, with the ID token of this
     * session. What was signed out of is remembered, so that nothing signs in again by itself. The host has
     * checked that the person's own form asks for it, but of a session that is there no longer: then only that is
     * remembered.
     *
     * @param ?string $postLogoutRedirectUri where the issuer sends the browser back to; null: sign out only here
     */
    public function signOut(CookieHeader $sent, BrowserSessions $browser, ?string $postLogoutRedirectUri): SignedOut
    {
        $idHash = $browser->idHash();
        // A form of another site comes without our cookies: it must not take them away.
        if ($idHash === null) {
            return new SignedOut(null, false, []);
        }
        $session = $this->sessions->find($idHash);
        [$url, $isIssuerAway] = $session === null || $postLogoutRedirectUri === null
            ? [null, false]
            : $this->endAtIssuer($session, $postLogoutRedirectUri);
        if ($session !== null) {
            $this->sessions->end($session);
        }
        $browser->end();
        return new SignedOut($url, $isIssuerAway, $this->signedOut($sent, $session, $url === null));
    }

    /** @return list<string> `Set-Cookie` lines */
    private function signedOut(CookieHeader $sent, ?LocalSession $session, bool $onlyByClick): array
    {
        $hints = Hints::read($sent, $this->names->hint);
        if ($session?->hint !== null) {
            $hints = array_values(array_unique([$session->hint, ...$hints]));
        }
        $memory = $this->departure->memory($sent);
        $memory = $memory->withSignedOut($hints, $session, $onlyByClick, $this->clock->now());
        return [
            $this->departure->remember($memory),
            $this->cookies->clear($this->names->marker),
            $this->cookies->clear($this->names->pending),
        ];
    }

    /** @return array{?string, bool} where the browser goes on, and whether the issuer does not answer */
    private function endAtIssuer(LocalSession $session, string $postLogoutRedirectUri): array
    {
        if (!$this->issuer->reachability->isReachable(ReachabilityAsker::Click)) {
            return [null, true];
        }
        try {
            $idToken = $this->sessions->tokensOf($session)?->idToken;
            return [$this->issuer->endSessionUrl($idToken, $postLogoutRedirectUri), false];
        } catch (IssuerException $failure) {
            $this->log->note('sign-out.not-told', ['code' => $failure->errorCode]);
            return [null, true];
        }
    }
}
