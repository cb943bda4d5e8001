<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Secrets;

final class TokenHash
{
    /** SHA-256 in base64url: how a random value is kept on the server that a browser holds. */
    public static function of(#[\SensitiveParameter] string $token): string
    {
        return Base64Url::encode(hash('sha256', $token, true));
    }
}
