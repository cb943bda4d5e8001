<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty;

interface Clock
{
    /** Seconds since 1970, with fractions. */
    public function now(): float;
}
