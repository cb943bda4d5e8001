<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** An address, and whether mail to it is known to reach its bearer. */
final class EmailValue
{
    public function __construct(
        public readonly string $address,
        public readonly bool $confirmed,
    ) {
    }
}
