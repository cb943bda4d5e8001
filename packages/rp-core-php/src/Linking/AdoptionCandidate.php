<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** A local user who has exactly the e-mail address that the issuer says. */
final class AdoptionCandidate
{
    /** @param bool $everLinked has a link to any subject of any issuer, or had one */
    public function __construct(
        public readonly string $localUserId,
        public readonly bool $everLinked,
        public readonly bool $hasElevatedRights,
        public readonly bool $emailConfirmed,
        public readonly bool $disabled,
    ) {
    }
}
