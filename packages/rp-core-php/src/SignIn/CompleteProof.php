<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Cookies\CookieHeader;
use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\Linking\ProveAdoption;
use Latchkey\RelyingParty\Secrets\Sealer;
use Latchkey\RelyingParty\Session\BrowserSessions;
use Latchkey\RelyingParty\Session\LocalSessions;

/** The sign-in that waits in a browser for a proof of adoption. */
final class CompleteProof
{
    public function __construct(
        private ProveAdoption $proveAdoption,
        private FinishSignIn $finish,
        private Departure $departure,
        private LocalSessions $sessions,
        private Sealer $pendingSealer,
        private CookieNames $names,
        private CookieWriter $cookies,
        private Clock $clock,
    ) {
    }

    /** @return ?PendingSignIn what the proof page is about; null where none waits in this browser */
    public function pending(CookieHeader $sent): ?PendingSignIn
    {
        return PendingSignIn::open($this->pendingSealer, $sent->own($this->names->pending), $this->clock->now());
    }

    /** Takes the sign-in up, once `ProveAdoption` says `Proved` or `Declined`. */
    public function complete(CookieHeader $sent, BrowserSessions $browser): CallbackAnswer
    {
        $pending = $this->pending($sent);
        if ($pending === null) {
            return new CallbackAnswer(CallbackAnswerKind::Page, '/', reason: 'nothing-waits', status: 400);
        }
        $setCookies = [$this->cookies->clear($this->names->pending)];
        $returnPath = $pending->answered->returnPath;
        $proof = $this->proveAdoption->find($pending->subject, $pending->localUserId);
        $idHash = $browser->idHash();
        $session = $idHash === null ? null : $this->sessions->find($idHash);
        $outcome = $this->finish->complete($pending, $proof, $browser, $session);
        if ($outcome === null) {
            return new CallbackAnswer(CallbackAnswerKind::StartAgain, $returnPath, $setCookies);
        }
        $memory = $this->departure->memory($sent)->withSignedIn($pending->answered->answer->hint);
        $setCookies = [...$setCookies, ...$outcome->setCookies, $this->departure->remember($memory)];
        $kind = $outcome->newName === null ? CallbackAnswerKind::Redirect : CallbackAnswerKind::NewName;
        return new CallbackAnswer($kind, $returnPath, $setCookies, $outcome->session, $outcome->newName);
    }
}
