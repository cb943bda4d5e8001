<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Http;

/** What the host answers. */
final class Answer
{
    /**
     * @param array<string, string> $headers by lower-case name
     * @param list<string> $setCookies `Set-Cookie` lines
     */
    public function __construct(
        public readonly int $status,
        public readonly array $headers,
        public readonly string $body = '',
        public readonly array $setCookies = [],
    ) {
    }
}
