<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

/** A browser is sent off to the issuer: answer with a redirect (303) that no cache keeps. */
final class Sending
{
    /** @param list<string> $setCookies `Set-Cookie` lines */
    public function __construct(
        public readonly string $url,
        public readonly array $setCookies,
    ) {
    }
}
