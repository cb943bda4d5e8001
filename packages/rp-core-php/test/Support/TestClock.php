<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Clock;

/** A clock that the test moves. */
final class TestClock implements Clock
{
    public function __construct(
        public float $now = 1_750_000_000.0,
    ) {
    }

    public function now(): float
    {
        return $this->now;
    }

    public function pass(float $seconds): void
    {
        $this->now += $seconds;
    }
}
