<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Http;

final class HttpRequest
{
    /**
     * @param array<string, string> $headers
     * @param float $timeoutSeconds for all of it, from the name's look-up to the last byte
     * @param int $mostBytes of the answer's body
     */
    public function __construct(
        public readonly string $method,
        public readonly string $url,
        public readonly array $headers = [],
        public readonly ?string $body = null,
        public readonly float $timeoutSeconds = 5,
        public readonly int $mostBytes = 64 * 1024,
    ) {
    }
}
