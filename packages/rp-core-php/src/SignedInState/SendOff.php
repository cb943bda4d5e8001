<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

use Latchkey\RelyingParty\SignIn\AttemptKind;

/** How a request may be sent off, if it may. */
final class SendOff
{
    public function __construct(
        public readonly AttemptKind $kind,
        public readonly string $returnPath,
    ) {
    }
}
