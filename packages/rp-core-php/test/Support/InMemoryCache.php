<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\SharedCache;

final class InMemoryCache implements SharedCache
{
    /** @var array<string, array{string, float}> value and end */
    public array $entries = [];

    public function __construct(
        private TestClock $clock,
    ) {
    }

    public function get(string $key): ?string
    {
        if (preg_match('/^[a-z0-9-]{1,100}$/D', $key) !== 1) {
            throw new \LogicException("not every host takes the key {$key}");
        }
        [$value, $end] = $this->entries[$key] ?? [null, 0];
        return $this->clock->now() < $end ? $value : null;
    }

    public function set(string $key, string $value, int $seconds): void
    {
        $this->entries[$key] = [$value, $this->clock->now() + $seconds];
    }

    public function add(string $key, string $value, int $seconds): bool
    {
        $isFree = $this->get($key) === null;
        if ($isFree) {
            $this->set($key, $value, $seconds);
        }
        return $isFree;
    }
}
