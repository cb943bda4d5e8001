<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

/** What sets one kind of token apart from another. */
final class TokenKind
{
    /**
     * @param list<?string> $types the media types that `typ` may name, without `application/`; null among them where
     *     it may be left out
     * @param int $mostAgeSeconds how long after `iat` a token is good
     * @param bool $expires whether `exp` must be there; else it must not
     * @param \Closure(\Latchkey\RelyingParty\Tokens\TokenFault, string): \Exception $refuse makes the exception of this
     *     kind. The message must hold nothing of the token
     */
    public function __construct(
        public readonly array $types,
        public readonly int $mostAgeSeconds,
        public readonly bool $expires,
        public readonly \Closure $refuse,
    ) {
    }
}
