<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty;

final class SystemClock implements Clock
{
    public function now(): float
    {
        return microtime(true);
    }
}
