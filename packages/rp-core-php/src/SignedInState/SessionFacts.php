<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

/** What the decision for a request takes of the local session; moments in seconds since 1970. */
final class SessionFacts
{
    /**
     * @param list<string> $foreignHints
     * @param bool $distrusted something about the person changed since the last proof
     */
    public function __construct(
        public readonly ?string $hint,
        public readonly array $foreignHints,
        public readonly float $provedAt,
        public readonly float $expiresAt,
        public readonly ?float $accessTokenExpiresAt = null,
        public readonly bool $distrusted = false,
    ) {
    }
}
