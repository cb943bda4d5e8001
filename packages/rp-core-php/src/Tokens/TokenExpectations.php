<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Tokens;

/** Who is to have sent a token, and to whom. */
final class TokenExpectations
{
    /**
     * @param string $issuer exactly as the issuer writes itself
     * @param ?list<SigningAlgorithm> $algorithms those that this client is registered for; all unless told
     */
    public function __construct(
        public readonly string $issuer,
        public readonly string $clientId,
        public readonly IssuerKeys $keys,
        public readonly ?array $algorithms = null,
    ) {
    }
}
