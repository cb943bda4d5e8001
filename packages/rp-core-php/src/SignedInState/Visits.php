<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Cookies\CookieHeader;
use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\Issuer\IssuerConnection;
use Latchkey\RelyingParty\Issuer\IssuerException;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\Session\BrowserSessions;
use Latchkey\RelyingParty\Session\Heartbeat;
use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\Session\LocalSessions;
use Latchkey\RelyingParty\SignIn\Departure;
use Latchkey\RelyingParty\SignIn\Sending;

/** Tells who a request is from, by the rules of `SignedInState::decide`. */
final class Visits
{
    public function __construct(
        private CookieNames $names,
        private CookieWriter $cookies,
        private LocalSessions $sessions,
        private Heartbeat $heartbeat,
        private Departure $departure,
        private IssuerConnection $issuer,
        private SignedInStateLimits $limits,
        private RelyingPartyLog $log,
        private Clock $clock,
    ) {
    }

    /** @param ?SendOff $sendOff null: this request is not answered by a redirect */
    public function recognise(CookieHeader $sent, BrowserSessions $browser, ?SendOff $sendOff): Visit
    {
        $idHash = $browser->idHash();
        $session = $idHash === null ? null : $this->sessions->find($idHash);
        $hints = Hints::read($sent, $this->names->hint);
        $isLeft = $session === null && ($idHash !== null || $sent->values($this->names->marker) !== []);
        if ($session === null && $idHash !== null) {
            $browser->end();
        }
        if ($session === null && $hints === []) {
            return $this->anonymous($sent, $isLeft, false);
        }
        $facts = $this->facts($sent, $session, $hints, $sendOff !== null);
        $state = SignedInState::decide($facts, $this->limits);
        if ($state === SignedInState::Silent && !$this->departure->hasRoom($sent)) {
            $state = SignedInState::decide($facts->asRedirectable(false), $this->limits);
        }
        // Only where it makes a difference does a page wait for the word whether the issuer is there.
        $matters = $state === SignedInState::Silent || ($state === SignedInState::Anonymous && $session !== null);
        if ($matters && !$this->issuer->reachability->isReachable()) {
            $state = SignedInState::decide($facts->withoutIssuer(), $this->limits);
        }
        if ($state === SignedInState::Silent && $sendOff !== null) {
            $sending = $this->sendOff($sent, $sendOff);
            if ($sending !== null) {
                return new Visit($sending);
            }
            $state = SignedInState::decide($facts->withoutIssuer(), $this->limits);
        }
        $ask = SignedInState::decide($facts->asRedirectable(), $this->limits) === SignedInState::Silent;
        if ($session === null) {
            return $this->anonymous($sent, $isLeft, $ask);
        }
        if ($state === SignedInState::Anonymous) {
            // Unproved, it is of no use to this request; the next page visit may prove it.
            return $this->anonymous($sent, false, $ask);
        }
        if ($state === SignedInState::Heartbeat && !$this->heartbeat->prove($session)) {
            $browser->end();
            return $this->anonymous($sent, true, $ask);
        }
        $marker = LocalSessions::markerOf($session);
        $browserState = Hints::browserState($sent, $this->names->hint, $marker);
        return new Visit(null, $session, $ask, $browserState);
    }

    /** @param list<string> $hints */
    private function facts(
        CookieHeader $sent,
        ?LocalSession $session,
        array $hints,
        bool $redirectable,
    ): SignedInStateFacts {
        $memory = $this->departure->memory($sent);
        return new SignedInStateFacts(
            $this->clock->now(),
            $hints,
            $session === null ? null : new SessionFacts(
                $session->hint,
                $session->foreignHints,
                $session->provedAt,
                $session->expiresAt,
                $session->accessTokenExpiresAt,
                $session->distrusted,
            ),
            $memory->quietHints(),
            $memory->departures,
            $redirectable,
            true,
        );
    }

    private function anonymous(CookieHeader $sent, bool $isLeft, bool $ask): Visit
    {
        $hints = Hints::read($sent, $this->names->hint);
        return new Visit(
            null,
            ask: $ask,
            browserState: Hints::browserState($sent, $this->names->hint, ''),
            onlyByClick: $hints !== [] || $this->departure->memory($sent)->onlyByClick,
            setCookies: $isLeft ? [$this->cookies->clear($this->names->marker)] : [],
        );
    }

    /** A page must not become unreadable because the way to the issuer is closed. */
    private function sendOff(CookieHeader $sent, SendOff $sendOff): ?Sending
    {
        try {
            return $this->departure->begin($sent, $sendOff->kind, $sendOff->returnPath);
        } catch (IssuerException $failure) {
            $this->log->note('silent.not-begun', ['code' => $failure->errorCode]);
            return null;
        }
    }
}
