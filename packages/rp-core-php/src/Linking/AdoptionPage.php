<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What the proof page shows: the person recognises the local user, and sees what they can do about it. */
final class AdoptionPage
{
    /**
     * @param ?string $maskedEmail null where the local user has none
     * @param list<ProofWay> $ways what can still be tried now; a new local user can always be had
     * @param bool $mailIsOut a mail was sent and its link waits to be opened
     * @param 'asked'|'proved'|'locked'|'declined'|'expired' $state
     */
    private function __construct(
        public readonly string $username,
        public readonly ?string $maskedEmail,
        public readonly array $ways,
        public readonly int $passwordTriesLeft,
        public readonly int $mailsLeft,
        public readonly bool $mailIsOut,
        public readonly string $state,
        public readonly int $expiresAtSeconds,
    ) {
    }

    /** @param LocalDescription $localUser the one that the proof is about */
    public static function of(AdoptionProof $proof, LocalDescription $localUser, float $now): self
    {
        $state = floor($now) >= $proof->expiresAtSeconds ? 'expired' : $proof->state->value;
        $passwordTriesLeft = max(0, AdoptionProof::MAX_WRONG_PASSWORDS - $proof->passwordTries);
        $mailsLeft = max(0, AdoptionProof::MAX_MAILS - $proof->mailsSent);
        $isLeft = fn (ProofWay $way) => ($way === ProofWay::Password ? $passwordTriesLeft : $mailsLeft) > 0;
        return new self(
            $localUser->username,
            $localUser->email === null ? null : EmailAddress::mask($localUser->email),
            $state === 'asked' ? array_values(array_filter($proof->ways, $isLeft)) : [],
            $passwordTriesLeft,
            $mailsLeft,
            $state === 'asked' && $proof->mailTokenHash !== null,
            $state,
            $proof->expiresAtSeconds,
        );
    }
}
