<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Session;

/** The tokens of a session, opened. */
final class SessionTokens
{
    public function __construct(
        #[\SensitiveParameter] public readonly string $accessToken,
        #[\SensitiveParameter] public readonly string $idToken,
    ) {
    }
}
