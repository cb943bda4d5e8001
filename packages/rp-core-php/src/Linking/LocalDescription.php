<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What a proof page names of a local user. */
final class LocalDescription
{
    public function __construct(
        public readonly string $username,
        public readonly ?string $email,
    ) {
    }
}
