<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Http;

final class HttpResponse
{
    /** @var array<string, string> by lower-case name */
    public readonly array $headers;

    /** @param array<string, string> $headers of several with one name the values are joined by `, ` */
    public function __construct(
        public readonly int $status,
        array $headers,
        public readonly string $body,
    ) {
        $this->headers = array_change_key_case($headers);
    }

    public function isJson(): bool
    {
        return preg_match('/\bjson\b/i', $this->headers['content-type'] ?? '') === 1;
    }
}
