<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

/** The local session has ended. */
final class SignedOut
{
    /**
     * @param ?string $url where the browser goes on to end the issuer's session; null: nowhere
     * @param bool $isIssuerAway the issuer does not answer: the person may still be signed in there and in other
     *     applications, and is told so
     * @param list<string> $setCookies `Set-Cookie` lines
     */
    public function __construct(
        public readonly ?string $url,
        public readonly bool $isIssuerAway,
        public readonly array $setCookies,
    ) {
    }
}
