<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\Cookies\Readable;
use Latchkey\RelyingParty\Issuer\IssuerConnection;
use Latchkey\RelyingParty\Issuer\ProfileAnswerKind;
use Latchkey\RelyingParty\Issuer\SignInAnswer;
use Latchkey\RelyingParty\Linking\AdoptionProof;
use Latchkey\RelyingParty\Linking\Linker;
use Latchkey\RelyingParty\Linking\Profile;
use Latchkey\RelyingParty\Linking\ProfileClaims;
use Latchkey\RelyingParty\Linking\ProofQuestion;
use Latchkey\RelyingParty\Linking\ProveAdoption;
use Latchkey\RelyingParty\Linking\SignInCircumstances;
use Latchkey\RelyingParty\Linking\SignInManner;
use Latchkey\RelyingParty\Linking\SignInResult;
use Latchkey\RelyingParty\Linking\SignInResultKind;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\Secrets\Sealer;
use Latchkey\RelyingParty\Session\BrowserSessions;
use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\Session\LocalSessions;
use Latchkey\RelyingParty\Session\LocalSessionStore;

/**
 * Reads the profile with the new bearer, finds or makes the local user, and has the local session go on (same person,
 * same session of the issuer), be replaced, or end.
 */
final class FinishSignIn
{
    /** @param ?ProveAdoption $proveAdoption null where the application adopts nobody by proof */
    public function __construct(
        private string $issuerText,
        private IssuerConnection $issuer,
        private LocalSessions $sessions,
        private LocalSessionStore $store,
        private Linker $linker,
        private ?ProveAdoption $proveAdoption,
        private CookieNames $names,
        private CookieWriter $cookies,
        private Sealer $pendingSealer,
        private RelyingPartyLog $log,
        private Clock $clock,
    ) {
    }

    /** @param ?LocalSession $session the browser's so far */
    public function finish(Answered $answered, BrowserSessions $browser, ?LocalSession $session): SignInOutcome
    {
        $answer = $answered->answer;
        $read = $this->readSignedIn($answer);
        if ($read instanceof ProfileAnswerKind) {
            return $read === ProfileAnswerKind::Ended
                ? $this->replaced($browser, $session, 'session-ended')
                : new SignInOutcome(SignInOutcomeKind::Refused, reason: 'no-answer');
        }
        [$profile, $etag] = $read;
        $isInteractive = $answered->kind === AttemptKind::Interactive;
        $isSame = $session !== null && $session->sub === $answer->sub && $session->sid === $answer->sid;
        // Where the issuer names no session, one that a person began anew is a new one.
        if ($isSame && ($session->sid !== null || !$isInteractive)) {
            $outcome = $this->goOn($answered, $browser, $session, $profile, $etag);
            if ($outcome !== null) {
                return $outcome;
            }
            // It ended while nobody clicked: that is not undone.
            if (!$isInteractive) {
                return $this->replaced($browser, $session, 'session-ended');
            }
        }
        $manner = $isInteractive ? SignInManner::Interactive : SignInManner::Silent;
        $circumstances = new SignInCircumstances($manner, $answer->issuedAt, $this->clock->now());
        $result = $this->linker->signIn($profile, $circumstances);
        switch ($result->kind) {
            case SignInResultKind::User:
                return $this->begin($answered, $browser, $session, $result, $etag);
            case SignInResultKind::Proof:
                return $this->askForProof($answered, $profile->subject, $result);
            case SignInResultKind::Refused:
                $this->log->note('sign-in.refused', ['reason' => $result->reason]);
                return $this->replaced($browser, $session, 'not-admitted');
            case SignInResultKind::Wait:
                return $this->replaced($browser, $session, 'not-admitted');
        }
    }

    /**
     * Takes a sign-in up where it waited; what was proved is decided on inside the linker's own lock.
     *
     * @return ?SignInOutcome null where things changed meanwhile: then the sign-in is begun afresh
     */
    public function complete(
        PendingSignIn $pending,
        ?AdoptionProof $proof,
        BrowserSessions $browser,
        ?LocalSession $session,
    ): ?SignInOutcome {
        $answered = $pending->answered;
        $read = $this->readSignedIn($answered->answer);
        if ($read instanceof ProfileAnswerKind) {
            return null;
        }
        [$profile, $etag] = $read;
        $result = $this->linker->signIn($profile, new SignInCircumstances(
            SignInManner::Interactive,
            $answered->answer->issuedAt,
            $this->clock->now(),
            $proof,
        ));
        if ($result->kind !== SignInResultKind::User) {
            return null;
        }
        $outcome = $this->begin($answered, $browser, $session, $result, $etag);
        return $outcome->kind === SignInOutcomeKind::SignedIn ? $outcome : null;
    }

    /**
     * The profile of whom the ID token names, read with the bearer that came with it.
     *
     * @return array{Profile, ?string}|ProfileAnswerKind the profile and its ETag; else `Ended` or `NoAnswer`
     */
    private function readSignedIn(SignInAnswer $answer): array|ProfileAnswerKind
    {
        $read = $this->issuer->readProfile($answer->accessToken, null);
        $subject = new Subject($this->issuerText, $answer->sub);
        $profile = $read->kind === ProfileAnswerKind::Profile ? ProfileClaims::read($read->claims, $subject) : null;
        if ($profile instanceof Profile) {
            return [$profile, $read->etag];
        }
        $this->log->note('sign-in.no-profile', ['answer' => $read->kind->name]);
        return $read->kind === ProfileAnswerKind::Ended ? ProfileAnswerKind::Ended : ProfileAnswerKind::NoAnswer;
    }

    /** Begins the local session that a local user was found for, in place of the one before. */
    private function begin(
        Answered $answered,
        BrowserSessions $browser,
        ?LocalSession $session,
        SignInResult $result,
        ?string $etag,
    ): SignInOutcome {
        $this->distrustAll($result->displaced);
        if ($session !== null) {
            $this->sessions->end($session);
            $browser->end();
        }
        $answer = $answered->answer;
        $now = $this->clock->now();
        $localUserId = (string) $result->localUserId;
        $end = $this->sessions->endOf($answer);
        $begun = null;
        if ($end > $now) {
            $idHash = $browser->begin($localUserId, $end);
            $begun = $this->sessions->begin($idHash, $answer, $localUserId, $answered->hints, $etag);
        }
        if ($begun === null) {
            $browser->end();
            $setCookies = [$this->cookies->clear($this->names->marker)];
            return new SignInOutcome(SignInOutcomeKind::Refused, reason: 'session-ended', setCookies: $setCookies);
        }
        $marker = LocalSessions::markerOf($begun);
        return new SignInOutcome(
            SignInOutcomeKind::SignedIn,
            $begun,
            $result->created && $result->usernameDiffers ? $result->username : null,
            setCookies: [$this->cookies->set($this->names->marker, $marker, $end - $now, Readable::ByScripts)],
        );
    }

    /** @return ?SignInOutcome null when the session ended meanwhile */
    private function goOn(
        Answered $answered,
        BrowserSessions $browser,
        LocalSession $session,
        Profile $profile,
        ?string $etag,
    ): ?SignInOutcome {
        $applied = $this->linker->applyProfile($profile);
        $this->distrustAll($applied->displaced);
        if ($applied->isRefusal()) {
            return $this->replaced($browser, $session, 'not-admitted');
        }
        $goesOn = $this->sessions->goOn($session, $answered->answer, $answered->hints, $etag);
        return $goesOn ? new SignInOutcome(SignInOutcomeKind::SignedIn, $session) : null;
    }

    private function askForProof(Answered $answered, Subject $subject, SignInResult $result): SignInOutcome
    {
        if ($this->proveAdoption === null) {
            throw new \LogicException('the linker asks for proofs, and the application has no proof page');
        }
        $now = $this->clock->now();
        $localUserId = (string) $result->localUserId;
        $this->proveAdoption->ask(new ProofQuestion($subject, $localUserId, $result->ways), $now);
        $sealed = PendingSignIn::begin($answered, $subject, $localUserId, $now)->seal($this->pendingSealer);
        $seconds = AdoptionProof::LIFETIME_SECONDS;
        $cookie = $this->cookies->set($this->names->pending, $sealed, $seconds, Readable::ByServers);
        return new SignInOutcome(SignInOutcomeKind::Proof, setCookies: [$cookie]);
    }

    /** Whoever was signed in here before is not who is signed in at the issuer now. */
    private function replaced(BrowserSessions $browser, ?LocalSession $session, string $reason): SignInOutcome
    {
        if ($session === null) {
            return new SignInOutcome(SignInOutcomeKind::Refused, reason: $reason);
        }
        $this->sessions->end($session);
        $browser->end();
        $setCookies = [$this->cookies->clear($this->names->marker)];
        return new SignInOutcome(SignInOutcomeKind::Refused, reason: $reason, setCookies: $setCookies);
    }

    /** @param list<Subject> $displaced whose address moved on: they read their profiles anew */
    private function distrustAll(array $displaced): void
    {
        foreach ($displaced as $subject) {
            $this->store->distrust($subject);
        }
    }
}
