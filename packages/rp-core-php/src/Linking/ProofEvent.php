<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What happens to a proof of adoption. */
final class ProofEvent
{
    private function __construct(
        public readonly string $type,
        public readonly ?ProofWay $way,
        public readonly bool $right = false,
        public readonly ?string $tokenHash = null,
    ) {
    }

    /** A password is about to be checked. */
    public static function passwordGiven(): self
    {
        return new self('password-given', ProofWay::Password);
    }

    public static function passwordChecked(bool $right): self
    {
        return new self('password-checked', ProofWay::Password, $right);
    }

    /** A mail with this token is about to be sent; older ones stop working. */
    public static function mailWanted(string $tokenHash): self
    {
        return new self('mail-wanted', ProofWay::Mail, tokenHash: $tokenHash);
    }

    /**
     * The link was opened (GET). Mail scanners do that too, so it shows a page with a button, and changes nothing.
     */
    public static function mailOpened(string $tokenHash): self
    {
        return new self('mail-opened', ProofWay::Mail, tokenHash: $tokenHash);
    }

    /** The button on that page (POST). */
    public static function mailConfirmed(string $tokenHash): self
    {
        return new self('mail-confirmed', ProofWay::Mail, tokenHash: $tokenHash);
    }

    /** The person wants a new local user instead. */
    public static function declined(): self
    {
        return new self('declined', null);
    }
}
