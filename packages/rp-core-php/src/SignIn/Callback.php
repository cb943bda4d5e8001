<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Cookies\CookieHeader;
use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\Http\FormFields;
use Latchkey\RelyingParty\Http\ReceivedRequest;
use Latchkey\RelyingParty\Issuer\IssuerConnection;
use Latchkey\RelyingParty\Issuer\IssuerException;
use Latchkey\RelyingParty\OneTimeStore;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\Secrets\TokenHash;
use Latchkey\RelyingParty\Session\BrowserSessions;
use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\Session\LocalSessions;
use Latchkey\RelyingParty\SignedInState\Hints;
use Latchkey\RelyingParty\SignedInState\SignedInStateLimits;
use Latchkey\RelyingParty\SignedInState\SilentMemory;

/** The issuer's answer comes back in the browser. */
final class Callback
{
    /**
     * What the issuer answers where a person would have to do something (OpenID Connect Core 1.0, section 3.1.2.6).
     */
    private const NEEDS_PERSON = [
        'login_required', 'interaction_required', 'consent_required', 'account_selection_required',
    ];
    /** No silent trip under the same hints for so long… */
    private const TRIED_SECONDS = 10 * 60;
    /** …or, where the answer was a fault and says nothing, for so long. */
    private const FAULT_SECONDS = 60;

    public function __construct(
        private IssuerConnection $issuer,
        private AttemptCookies $attempts,
        private Departure $departure,
        private FinishSignIn $finish,
        private LocalSessions $sessions,
        private OneTimeStore $oneTime,
        private CookieNames $names,
        private CookieWriter $cookies,
        private SignedInStateLimits $limits,
        private RelyingPartyLog $log,
        private Clock $clock,
    ) {
    }

    public function take(ReceivedRequest $request, BrowserSessions $browser): CallbackAnswer
    {
        $sent = $request->cookies;
        $state = (new FormFields($request->query))->only('state') ?? '';
        $found = $this->attempts->find($state, $sent, $this->clock->now());
        $clear = $this->attempts->clear($state);
        $attempt = $found->attempt;
        if ($found->kind === FoundAttemptKind::None) {
            return $this->continuePage('/');
        }
        if ($attempt === null) {
            return $found->number === 1
                ? $this->restart($sent, AttemptKind::Interactive, '/', $clear)
                : $this->continuePage('/', $clear);
        }
        if ($found->kind === FoundAttemptKind::Expired) {
            return $attempt->number === 1
                ? $this->restart($sent, $attempt->kind, $attempt->returnPath, $clear)
                : $this->continuePage($attempt->returnPath, $clear);
        }
        $fields = new FormFields($request->query);
        // Neither code nor error: nothing that the issuer sends, and nothing to be noted for.
        if ($fields->values('code') === [] && $fields->values('error') === []) {
            return $this->continuePage($attempt->returnPath);
        }
        // An older attempt is expired before anybody asks whether it was used.
        $keepUntil = $attempt->begunAt + Attempt::SECONDS + 60;
        if (!$this->oneTime->claim('state ' . TokenHash::of($state), $keepUntil)) {
            return $this->continuePage($attempt->returnPath, $clear);
        }
        return $this->takeUp($request, $browser, $attempt, $clear);
    }

    /** @param list<string> $clear */
    private function takeUp(
        ReceivedRequest $request,
        BrowserSessions $browser,
        Attempt $attempt,
        array $clear,
    ): CallbackAnswer {
        $idHash = $browser->idHash();
        $session = $idHash === null ? null : $this->sessions->find($idHash);
        try {
            $answer = $this->issuer->exchange($request->query, $attempt);
        } catch (IssuerException $failure) {
            return $attempt->kind === AttemptKind::Interactive
                ? $this->failedForPerson($attempt, $failure, $clear)
                : $this->failedSilently($request->cookies, $browser, $attempt, $session, $failure, $clear);
        }
        $memory = $this->departure->memory($request->cookies);
        $undoes = $memory->undoesSignOut($attempt->begunAt, $answer->hint, $answer->sub, $answer->sid);
        if ($attempt->kind !== AttemptKind::Interactive && $undoes) {
            // The person signed out here, perhaps while this trip was under way: that stays until they click.
            $memory = $this->afterSilentTrip($request->cookies, $attempt, true);
            return self::back($attempt, [...$clear, $this->departure->remember($memory)], $session);
        }
        $isAboutSession = $session !== null && $answer->sub === $session->sub && $answer->sid === $session->sid;
        if (self::isOlder($attempt, $session) && !$isAboutSession) {
            $this->sessions->doubt($session, []);
            return self::back($attempt, $clear, $session);
        }
        $visible = Hints::read($request->cookies, $this->names->hint);
        $answered = new Answered(
            $answer->withVisibleHint($visible),
            $attempt->kind,
            $attempt->hints,
            $attempt->returnPath,
        );
        $outcome = $this->finish->finish($answered, $browser, $session);
        return $attempt->kind === AttemptKind::Interactive
            ? $this->answerPerson($request->cookies, $attempt, $answer->hint, $outcome, $clear)
            : $this->answerSilently($request->cookies, $attempt, $outcome, $clear);
    }

    /** @param list<string> $clear */
    private function answerPerson(
        CookieHeader $sent,
        Attempt $attempt,
        ?string $hint,
        SignInOutcome $outcome,
        array $clear,
    ): CallbackAnswer {
        $setCookies = [...$clear, ...$outcome->setCookies];
        $returnPath = $attempt->returnPath;
        switch ($outcome->kind) {
            case SignInOutcomeKind::SignedIn:
                $memory = $this->departure->memory($sent)->withSignedIn($hint);
                $setCookies[] = $this->departure->remember($memory);
                $isTold = $outcome->newName !== null;
                $kind = $isTold ? CallbackAnswerKind::NewName : CallbackAnswerKind::Redirect;
                return new CallbackAnswer($kind, $returnPath, $setCookies, $outcome->session, $outcome->newName);
            case SignInOutcomeKind::Proof:
                return new CallbackAnswer(CallbackAnswerKind::Proof, $returnPath, $setCookies);
            case SignInOutcomeKind::Refused:
                $status = $outcome->reason === 'no-answer' ? 503 : 403;
                return self::page($returnPath, (string) $outcome->reason, $status, $setCookies);
        }
    }

    /** @param list<string> $clear */
    private function answerSilently(
        CookieHeader $sent,
        Attempt $attempt,
        SignInOutcome $outcome,
        array $clear,
    ): CallbackAnswer {
        $setCookies = [...$clear, ...$outcome->setCookies];
        if ($outcome->kind === SignInOutcomeKind::SignedIn) {
            $memory = $this->departure->memory($sent);
            if ($memory->onlyByClick) {
                // In another session of the issuer than the person signed out of.
                $setCookies[] = $this->departure->remember($memory->withSignedIn(null));
            }
            return self::back($attempt, $setCookies, $outcome->session);
        }
        // Else somebody is signed in at the issuer whom this application does not take without a word from them.
        $isSaid = $outcome->kind !== SignInOutcomeKind::Refused || $outcome->reason !== 'no-answer';
        $memory = $this->afterSilentTrip($sent, $attempt, $isSaid);
        return self::back($attempt, [...$setCookies, $this->departure->remember($memory)], null, !$isSaid);
    }

    /** @param list<string> $clear */
    private function failedForPerson(Attempt $attempt, IssuerException $failure, array $clear): CallbackAnswer
    {
        $isCancelled = $failure->oauthError === 'access_denied';
        if (!$isCancelled && !in_array($failure->oauthError, self::NEEDS_PERSON, true)) {
            $this->noteFailure($failure);
        }
        [$reason, $status] = match (true) {
            $isCancelled => ['cancelled', 403],
            $failure->errorCode === IssuerException::UNREACHABLE => ['no-answer', 503],
            default => ['failed', 400],
        };
        return self::page($attempt->returnPath, $reason, $status, $clear);
    }

    /**
     * The issuer sent an error, or no answer, or one that cannot be used.
     *
     * @param list<string> $clear
     */
    private function failedSilently(
        CookieHeader $sent,
        BrowserSessions $browser,
        Attempt $attempt,
        ?LocalSession $session,
        IssuerException $failure,
        array $clear,
    ): CallbackAnswer {
        $isSaid = in_array($failure->oauthError, self::NEEDS_PERSON, true);
        if (!$isSaid && $failure->oauthError !== 'access_denied') {
            $this->noteFailure($failure);
        }
        $memory = $this->afterSilentTrip($sent, $attempt, $isSaid);
        $setCookies = [...$clear, $this->departure->remember($memory)];
        if ($session === null) {
            return self::back($attempt, $setCookies, null, !$isSaid);
        }
        $end = $session->accessTokenExpiresAt;
        $isSpent = $end !== null && $end <= $this->clock->now();
        $isOver = $failure->oauthError === 'login_required' || ($isSaid && $isSpent);
        if ($isOver && !self::isOlder($attempt, $session)) {
            // Nobody is signed in there, or nothing is left that could tell whether this session lives.
            $this->sessions->end($session);
            $browser->end();
            return self::back($attempt, [...$setCookies, $this->cookies->clear($this->names->marker)], null);
        }
        // Nothing was said about the session: its own bearer tells whether it lives, at its next use.
        $this->sessions->doubt($session, $isSaid ? $attempt->hints : []);
        return self::back($attempt, $setCookies, $session);
    }

    /** The hints at departure cause no further trip for a while; after a fault nothing does, for a shorter while. */
    private function afterSilentTrip(CookieHeader $sent, Attempt $attempt, bool $isSaid): SilentMemory
    {
        $until = (int) floor($this->clock->now()) + ($isSaid ? self::TRIED_SECONDS : self::FAULT_SECONDS);
        $memory = $this->departure->memory($sent)->withTried($attempt->hints, $until);
        return $isSaid ? $memory : $memory->withRest($this->limits, $until);
    }

    /**
     * Begins once more by itself; the second attempt says in its id that it is the last.
     *
     * @param list<string> $clear
     */
    private function restart(CookieHeader $sent, AttemptKind $kind, string $returnPath, array $clear): CallbackAnswer
    {
        try {
            $sending = $this->departure->begin($sent, $kind, $returnPath, 2);
        } catch (IssuerException) {
            return $this->continuePage($returnPath, $clear);
        }
        $setCookies = [...$sending->setCookies, ...$clear];
        return new CallbackAnswer(CallbackAnswerKind::Redirect, $sending->url, $setCookies);
    }

    /**
     * Without the attempt's cookie nobody knows how often this went wrong: only a click goes on, so nothing can go in
     * circles.
     *
     * @param list<string> $setCookies
     */
    private function continuePage(string $returnPath, array $setCookies = []): CallbackAnswer
    {
        return self::page($returnPath, 'continue', 400, $setCookies);
    }

    /** Whether a silent trip began before the session that it comes back to: what it brings is older news. */
    private static function isOlder(Attempt $attempt, ?LocalSession $session): bool
    {
        return $session !== null
            && $attempt->kind !== AttemptKind::Interactive
            && $attempt->begunAt < $session->begunAt;
    }

    /**
     * @param list<string> $setCookies
     * @param bool $ask whether nothing was found out
     */
    private static function back(
        Attempt $attempt,
        array $setCookies,
        ?LocalSession $session,
        bool $ask = false,
    ): CallbackAnswer {
        $isFrame = $attempt->kind === AttemptKind::Frame;
        $kind = $isFrame ? CallbackAnswerKind::Frame : CallbackAnswerKind::Redirect;
        return new CallbackAnswer($kind, $attempt->returnPath, $setCookies, $session, ask: $isFrame && $ask);
    }

    /** @param list<string> $setCookies */
    private static function page(string $returnPath, string $reason, int $status, array $setCookies): CallbackAnswer
    {
        return new CallbackAnswer(
            CallbackAnswerKind::Page,
            $returnPath,
            $setCookies,
            reason: $reason,
            status: $status,
        );
    }

    private function noteFailure(IssuerException $failure): void
    {
        // Anybody can write an `error` into an address: only what could be a code is written down.
        $isCode = $failure->oauthError === null || preg_match('/^[a-z_]{1,40}$/D', $failure->oauthError) === 1;
        $error = $isCode ? $failure->oauthError ?? $failure->getMessage() : 'other';
        $this->log->note('sign-in.failed', ['code' => $failure->errorCode, 'error' => $error]);
    }
}
