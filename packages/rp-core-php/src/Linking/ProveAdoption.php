<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

use Latchkey\RelyingParty\Secrets\RandomToken;
use Latchkey\RelyingParty\Secrets\TokenHash;

/**
 * Runs the proof page of one adoption. Every call names the subject whose sign-in is under way in this browser and
 * the local user that this sign-in asked about; both come from the server's own record of the sign-in, never from the
 * request.
 */
final class ProveAdoption
{
    private const PUT_ATTEMPTS = 20;

    public function __construct(
        private AdoptionProofStore $store,
        private LocalProofs $local,
    ) {
    }

    /** Begins the proof, or begins it again; the counts of an earlier one go on. */
    public function ask(ProofQuestion $question, float $now): AdoptionProof
    {
        return $this->change($question->subject, $question->localUserId, function (?AdoptionProof $stored) use (
            $question,
            $now,
        ): array {
            $proof = AdoptionProof::ask($question, $stored, $now);
            return [$proof, $proof];
        });
    }

    /** For `Linker::signIn`. */
    public function find(Subject $subject, string $localUserId): ?AdoptionProof
    {
        return $this->store->find($subject, $localUserId)?->proof;
    }

    /** @return ?AdoptionPage null where nothing was asked, or the local user is gone */
    public function page(Subject $subject, string $localUserId, float $now): ?AdoptionPage
    {
        $proof = $this->find($subject, $localUserId);
        $localUser = $this->local->describe($localUserId);
        return $proof === null || $localUser === null ? null : AdoptionPage::of($proof, $localUser, $now);
    }

    public function tryPassword(
        Subject $subject,
        string $localUserId,
        #[\SensitiveParameter] string $password,
        float $now,
    ): ProofOutcome {
        $given = $this->step($subject, $localUserId, ProofEvent::passwordGiven(), $now);
        if ($given !== ProofOutcome::CheckPassword) {
            return $given;
        }
        $right = $this->local->isPasswordRight($localUserId, $password);
        return $this->step($subject, $localUserId, ProofEvent::passwordChecked($right), $now);
    }

    public function sendMail(Subject $subject, string $localUserId, float $now): ProofOutcome
    {
        $token = RandomToken::make();
        $event = ProofEvent::mailWanted(TokenHash::of($token));
        $outcome = $this->step($subject, $localUserId, $event, $now);
        if ($outcome === ProofOutcome::SendMail) {
            $this->local->sendLink($localUserId, $token);
        }
        return $outcome;
    }

    /** The mailed link (GET): says which page to show, and changes nothing. */
    public function openMail(
        Subject $subject,
        string $localUserId,
        #[\SensitiveParameter] string $token,
        float $now,
    ): ProofOutcome {
        return $this->step($subject, $localUserId, ProofEvent::mailOpened(TokenHash::of($token)), $now);
    }

    /** The button on that page (POST). */
    public function confirmMail(
        Subject $subject,
        string $localUserId,
        #[\SensitiveParameter] string $token,
        float $now,
    ): ProofOutcome {
        return $this->step($subject, $localUserId, ProofEvent::mailConfirmed(TokenHash::of($token)), $now);
    }

    /** The person wants a new local user instead. */
    public function decline(Subject $subject, string $localUserId, float $now): ProofOutcome
    {
        return $this->step($subject, $localUserId, ProofEvent::declined(), $now);
    }

    private function step(Subject $subject, string $localUserId, ProofEvent $event, float $now): ProofOutcome
    {
        return $this->change($subject, $localUserId, function (?AdoptionProof $stored) use ($event, $now): array {
            if ($stored === null) {
                return [null, ProofOutcome::NotPossible];
            }
            $step = $stored->step($event, $now);
            return [$step->proof === $stored ? null : $step->proof, $step->outcome];
        });
    }

    /** @param callable(?AdoptionProof): array{?AdoptionProof, mixed} $work what to store, if anything, and the answer */
    private function change(Subject $subject, string $localUserId, callable $work): mixed
    {
        for ($attempt = 1; $attempt <= self::PUT_ATTEMPTS; $attempt++) {
            $stored = $this->store->find($subject, $localUserId);
            [$proof, $answer] = $work($stored?->proof);
            if ($proof === null || $this->store->put($proof, $stored?->revision)) {
                return $answer;
            }
        }
        throw new \RuntimeException('the proof changed again and again while it was being changed');
    }
}
