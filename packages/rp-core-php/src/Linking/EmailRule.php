<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Whether two local users can have one address, and whether one can have none. */
final class EmailRule
{
    public function __construct(
        public readonly bool $unique,
        public readonly bool $required,
    ) {
    }
}
