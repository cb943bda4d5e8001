<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Cookies;

/** Writes Set-Cookie lines for this host and path `/`. Lax: Strict would break every arrival from another site. */
final class CookieWriter
{
    private bool $isSecure;

    public function __construct(string $origin)
    {
        $this->isSecure = str_starts_with($origin, 'https:');
    }

    /** @param ?float $maxAgeSeconds null: until the browser ends */
    public function set(string $name, string $value, ?float $maxAgeSeconds, Readable $readable): string
    {
        return implode('; ', [
            "{$name}={$value}",
            'Path=/',
            ...($maxAgeSeconds === null ? [] : ['Max-Age=' . max(0, (int) floor($maxAgeSeconds))]),
            ...($this->isSecure ? ['Secure'] : []),
            ...($readable === Readable::ByServers ? ['HttpOnly'] : []),
            'SameSite=Lax',
        ]);
    }

    public function clear(string $name): string
    {
        return $this->set($name, '', 0, Readable::ByServers);
    }
}
