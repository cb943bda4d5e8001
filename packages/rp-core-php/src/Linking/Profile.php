<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What the issuer says of a person: the claims that the application was granted. Null: it was not told. */
final class Profile
{
    /**
     * @param bool $emailVerified false unless the issuer said true
     * @param ?string $picture an https URL, or http on loopback
     * @param ?string $locale a BCP 47 language tag
     * @param ?list<string> $groups
     * @param ?int $profileVersion grows with each change; null where the issuer does not count
     */
    public function __construct(
        public readonly Subject $subject,
        public readonly ?string $preferredUsername = null,
        public readonly ?string $name = null,
        public readonly ?string $email = null,
        public readonly bool $emailVerified = false,
        public readonly ?string $picture = null,
        public readonly ?string $locale = null,
        public readonly ?array $groups = null,
        public readonly ?int $profileVersion = null,
    ) {
    }
}
