<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Secrets;

final class RandomToken
{
    /** 256 random bits as 43 characters of base64url. */
    public static function make(): string
    {
        return Base64Url::encode(random_bytes(32));
    }
}
