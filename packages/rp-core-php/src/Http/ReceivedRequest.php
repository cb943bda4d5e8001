<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Http;

use Latchkey\RelyingParty\Cookies\CookieHeader;

/** A request that came to the application, as far as the sign-in looks at it. */
final class ReceivedRequest
{
    /** @var array<string, string> by lower-case name */
    public readonly array $headers;
    public readonly CookieHeader $cookies;

    /**
     * @param string $query what follows the question mark, as it came
     * @param array<string, string> $headers as they came, `cookie` among them
     * @param ?string $body null where it could not be read to its end; more than 64 KiB need not be read
     */
    public function __construct(
        public readonly string $method,
        public readonly string $query,
        array $headers,
        public readonly ?string $body = '',
    ) {
        $this->headers = array_change_key_case($headers);
        $this->cookies = new CookieHeader($this->headers['cookie'] ?? null);
    }
}
