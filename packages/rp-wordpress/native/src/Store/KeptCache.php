<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Store;

use Latchkey\WordPress\Core\SharedCache;

/** What processes learn for each other: in the database, since WordPress's own caches are not shared everywhere. */
final class KeptCache implements SharedCache
{
    public function __construct(
        private KeptValues $values,
    ) {
    }

    public function get(string $key): ?string
    {
        return $this->values->get("cache {$key}");
    }

    public function set(string $key, string $value, int $seconds): void
    {
        $this->values->set("cache {$key}", $value, microtime(true) + $seconds);
    }

    public function add(string $key, string $value, int $seconds): bool
    {
        return $this->values->add("cache {$key}", $value, microtime(true) + $seconds);
    }
}
