<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

final class LinkerSettings
{
    /** @param list<ProofWay> $proofWays which proofs the application offers */
    public function __construct(
        public readonly UsernameRule $usernameRule,
        public readonly AdoptSetting $adopt,
        public readonly array $proofWays,
        public readonly EmailRule $emailRule,
    ) {
    }
}
