<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Issuer\SignInAnswer;

/** The issuer's answer to an attempt, and what of the attempt still counts. */
final class Answered
{
    /** @param list<string> $hints at departure */
    public function __construct(
        public readonly SignInAnswer $answer,
        public readonly AttemptKind $kind,
        public readonly array $hints,
        public readonly string $returnPath,
    ) {
    }
}
