<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Http\Answer;
use Latchkey\RelyingParty\Http\ReceivedRequest;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\OneTimeStore;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\Session\EndedSessions;
use Latchkey\RelyingParty\Session\LocalSessionStore;
use Latchkey\RelyingParty\Tokens\IssuerKeysException;

final class SecurityEventReceiver
{
    public function __construct(
        private SecurityEventVerifier $verifier,
        private AccountEvents $accounts,
        private LocalSessionStore $sessions,
        private OneTimeStore $used,
        private Clock $clock,
        private RelyingPartyLog $log,
    ) {
    }

    /**
     * Receives a Security Event Token that the issuer pushes: verifies it, applies it, and answers when that is done.
     *
     * 202: applied, or received before (a recipient answers as if it had not been), or an event that we do nothing
     * about. 400: the token is refused, with the reason. 405, 413, 415: no such delivery. 500 and 503: not done; the
     * issuer may send it again.
     *
     * @see RFC 8935, section 2
     */
    public function receive(ReceivedRequest $request): Answer
    {
        $body = Deliveries::read($request, 'application/secevent+jwt');
        if ($body instanceof Answer) {
            return $body;
        }
        try {
            $this->apply($this->verifier->verify($body ?? '', $this->clock->now()));
            return Deliveries::answer(202);
        } catch (SecurityEventException $refusal) {
            $error = ['err' => $refusal->err, 'description' => $refusal->getMessage()];
            return Deliveries::answer(400, ['content-language' => 'en'], $error);
        } catch (IssuerKeysException $fault) {
            $this->log->note('receiver.fault', ['error' => $fault->getMessage()]);
            return Deliveries::answer(503, ['retry-after' => '10']);
        } catch (\Throwable $fault) {
            $this->log->note('receiver.fault', ['error' => $fault->getMessage()]);
            return Deliveries::answer(500);
        }
    }

    /** What was used is noted after the change and not before: a fault in between leaves an event that can be sent again. */
    private function apply(SecurityEvent $event): void
    {
        if ($event->kind === SecurityEventKind::Unknown || $event->sub === null) {
            return;
        }
        $issuer = $this->verifier->expectations->issuer;
        $keys = [
            Deliveries::usedKey('event-jti', [$issuer, $event->jti]) =>
                $event->issuedAt + SecurityEventVerifier::SECONDS + 120,
        ];
        if ($event->txn !== null) {
            // One `txn` may stand for all that one cause brought about, and a newer state may take the place of an
            // older one in the same delivery: so it names ours only together with what it is about.
            $about = [$issuer, $event->sub, $event->type, $event->profileVersion, $event->txn];
            $keys[Deliveries::usedKey('event-txn', $about)] = $this->clock->now() + Deliveries::APPLIED_SECONDS;
        }
        foreach (array_keys($keys) as $key) {
            if ($this->used->isClaimed($key)) {
                return;
            }
        }
        $this->tell($event, new Subject($issuer, $event->sub));
        foreach ($keys as $key => $keepUntil) {
            $this->used->claim($key, $keepUntil);
        }
    }

    private function tell(SecurityEvent $event, Subject $subject): void
    {
        switch ($event->kind) {
            case SecurityEventKind::ClaimsChanged:
                $this->accounts->claimsChanged($subject, $event->claims);
                break;
            case SecurityEventKind::CredentialChanged:
                $this->sessions->distrust($subject);
                break;
            case SecurityEventKind::AccountEnabled:
                $this->accounts->enabled($subject, $event->occurredAt);
                break;
            case SecurityEventKind::AccountDisabled:
                $this->endSessionsOf($subject, $event->occurredAt);
                $this->accounts->disabled($subject, $event->occurredAt);
                break;
            case SecurityEventKind::AccountPurged:
                $this->endSessionsOf($subject, $event->occurredAt);
                $this->accounts->purged($subject, $event->occurredAt);
                break;
            case SecurityEventKind::Unknown:
                break;
        }
    }

    private function endSessionsOf(Subject $subject, float $occurredAt): void
    {
        $this->sessions->end(EndedSessions::ofPerson($subject->issuer, $subject->sub), $occurredAt);
    }
}
