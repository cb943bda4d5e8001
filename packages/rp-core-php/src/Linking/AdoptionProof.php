<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/**
 * A person's attempt to prove that a local user is theirs; there is one for each subject and local user. It is plain
 * data, kept on the application's server, and reached only by a browser in which that subject's sign-in is under way.
 * So a mailed link that somebody else opens has nothing to prove. All times are in seconds since 1970.
 */
final class AdoptionProof
{
    /** How long the person has, from the page to the end of the sign-in. */
    public const LIFETIME_SECONDS = 600;
    /** How long wrong passwords and mails count, whatever number of sign-ins they are spread over. */
    public const COUNTING_SECONDS = 3600;
    public const MAX_WRONG_PASSWORDS = 5;
    public const MAX_MAILS = 3;

    /**
     * @param list<ProofWay> $ways
     * @param int $passwordTries passwords that were tried. Each counts before it is checked, so that many at the same
     *     moment are no more than five
     * @param ?ProofWay $provedBy how it was proved; only in `Proved`
     * @param ?string $mailTokenHash SHA-256 of the token of the last mail, base64url; null: none was sent, or it was
     *     used
     */
    private function __construct(
        public readonly Subject $subject,
        public readonly string $localUserId,
        public readonly array $ways,
        public readonly AdoptionProofState $state,
        public readonly int $expiresAtSeconds,
        public readonly int $countedSinceSeconds,
        public readonly int $passwordTries,
        public readonly int $mailsSent,
        public readonly ?ProofWay $provedBy = null,
        public readonly ?string $mailTokenHash = null,
    ) {
    }

    /**
     * Begins a proof, or begins it again. The counts of a previous one for the same subject and local user go on,
     * else a new sign-in would be five more passwords.
     */
    public static function ask(ProofQuestion $question, ?self $previous, float $now): self
    {
        $now = (int) floor($now);
        $isSame = $previous !== null
            && $previous->subject->equals($question->subject)
            && $previous->localUserId === $question->localUserId;
        $counted = $isSame && $now < $previous->countedSinceSeconds + self::COUNTING_SECONDS ? $previous : null;
        $passwordTries = $counted?->passwordTries ?? 0;
        return new self(
            $question->subject,
            $question->localUserId,
            $question->ways,
            $passwordTries >= self::MAX_WRONG_PASSWORDS ? AdoptionProofState::Locked : AdoptionProofState::Asked,
            $now + self::LIFETIME_SECONDS,
            $counted?->countedSinceSeconds ?? $now,
            $passwordTries,
            $counted?->mailsSent ?? 0,
        );
    }

    /**
     * What happens to the proof. What is kept must be so only if the stored one is still the one that was read.
     */
    public function step(ProofEvent $event, float $now): ProofStep
    {
        if (floor($now) >= $this->expiresAtSeconds) {
            return new ProofStep($this, ProofOutcome::Expired);
        }
        if ($this->state === AdoptionProofState::Proved || $this->state === AdoptionProofState::Declined) {
            return new ProofStep($this, ProofOutcome::NotPossible);
        }
        if ($event->type === 'declined') {
            return new ProofStep($this->with(['state' => AdoptionProofState::Declined]), ProofOutcome::Declined);
        }
        if ($this->state === AdoptionProofState::Locked) {
            return new ProofStep($this, ProofOutcome::Locked);
        }
        if (!in_array($event->way, $this->ways, true)) {
            return new ProofStep($this, ProofOutcome::NotPossible);
        }
        return match ($event->type) {
            'password-given' => $this->afterPasswordGiven(),
            'password-checked' => $this->afterPasswordChecked($event->right),
            'mail-wanted' => $this->afterMailWanted($event->tokenHash),
            'mail-opened' => new ProofStep(
                $this,
                $this->isMailed($event) ? ProofOutcome::ShowConfirmation : ProofOutcome::Failed,
            ),
            'mail-confirmed' => $this->isMailed($event)
                ? $this->proved(ProofWay::Mail)
                : new ProofStep($this, ProofOutcome::Failed),
        };
    }

    /** What a proof is worth to a sign-in of this subject: nothing where it is another's, open, or past its time. */
    public static function standing(?self $proof, Subject $subject, float $now): ProofStanding
    {
        if ($proof === null || !$proof->subject->equals($subject) || floor($now) >= $proof->expiresAtSeconds) {
            return ProofStanding::none();
        }
        if ($proof->state === AdoptionProofState::Declined) {
            return ProofStanding::declined($proof->localUserId);
        }
        return $proof->state === AdoptionProofState::Proved && $proof->provedBy !== null
            ? ProofStanding::proved($proof->localUserId, $proof->provedBy)
            : ProofStanding::none();
    }

    /** For stores that keep texts. */
    public function toJson(): string
    {
        return json_encode([
            'issuer' => $this->subject->issuer,
            'sub' => $this->subject->sub,
            'localUserId' => $this->localUserId,
            'ways' => $this->ways,
            'state' => $this->state,
            'provedBy' => $this->provedBy,
            'expiresAtSeconds' => $this->expiresAtSeconds,
            'countedSinceSeconds' => $this->countedSinceSeconds,
            'passwordTries' => $this->passwordTries,
            'mailsSent' => $this->mailsSent,
            'mailTokenHash' => $this->mailTokenHash,
        ], JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
    }

    /** @param string $json what `toJson` gave */
    public static function fromJson(string $json): self
    {
        $kept = json_decode($json, false, 8, JSON_THROW_ON_ERROR);
        return new self(
            new Subject($kept->issuer, $kept->sub),
            $kept->localUserId,
            array_map(ProofWay::from(...), $kept->ways),
            AdoptionProofState::from($kept->state),
            $kept->expiresAtSeconds,
            $kept->countedSinceSeconds,
            $kept->passwordTries,
            $kept->mailsSent,
            ProofWay::tryFrom($kept->provedBy ?? ''),
            $kept->mailTokenHash,
        );
    }

    private function afterPasswordGiven(): ProofStep
    {
        // The fifth is still being checked.
        if ($this->passwordTries >= self::MAX_WRONG_PASSWORDS) {
            return new ProofStep($this, ProofOutcome::Locked);
        }
        $counted = $this->with(['passwordTries' => $this->passwordTries + 1, 'mailTokenHash' => $this->mailTokenHash]);
        return new ProofStep($counted, ProofOutcome::CheckPassword);
    }

    private function afterPasswordChecked(bool $right): ProofStep
    {
        if ($this->passwordTries === 0) {
            return new ProofStep($this, ProofOutcome::NotPossible);
        }
        if ($right) {
            return $this->proved(ProofWay::Password);
        }
        return $this->passwordTries >= self::MAX_WRONG_PASSWORDS
            ? new ProofStep($this->with(['state' => AdoptionProofState::Locked]), ProofOutcome::Locked)
            : new ProofStep($this, ProofOutcome::Failed);
    }

    private function afterMailWanted(?string $tokenHash): ProofStep
    {
        if ($this->mailsSent >= self::MAX_MAILS) {
            return new ProofStep($this, ProofOutcome::MailLimit);
        }
        $mailed = $this->with(['mailsSent' => $this->mailsSent + 1, 'mailTokenHash' => $tokenHash]);
        return new ProofStep($mailed, ProofOutcome::SendMail);
    }

    private function isMailed(ProofEvent $event): bool
    {
        return $this->mailTokenHash !== null && hash_equals($this->mailTokenHash, $event->tokenHash ?? '');
    }

    private function proved(ProofWay $way): ProofStep
    {
        $proof = $this->with(['state' => AdoptionProofState::Proved, 'provedBy' => $way]);
        return new ProofStep($proof, ProofOutcome::Proved);
    }

    /**
     * The same but for what is told; a mailed link stops working unless it is told again.
     *
     * @param array<string, mixed> $change
     */
    private function with(array $change): self
    {
        return new self(...[...get_object_vars($this), 'mailTokenHash' => null, ...$change]);
    }
}
