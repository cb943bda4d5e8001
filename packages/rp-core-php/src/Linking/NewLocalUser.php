<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What a new local user begins with; rights are the default role's. */
final class NewLocalUser
{
    /** @param ?list<string> $groups */
    public function __construct(
        public readonly string $username,
        public readonly ?string $name,
        public readonly ?string $email,
        public readonly bool $emailConfirmed,
        public readonly ?string $picture,
        public readonly ?string $locale,
        public readonly ?array $groups,
    ) {
    }
}
