<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** A stored proof, and which state of it this is. */
final class StoredAdoptionProof
{
    /** @param string $revision another one after each change */
    public function __construct(
        public readonly AdoptionProof $proof,
        public readonly string $revision,
    ) {
    }
}
