<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What an event did to a proof. The same `$proof` as before means that nothing has to be kept. */
final class ProofStep
{
    public function __construct(
        public readonly AdoptionProof $proof,
        public readonly ProofOutcome $outcome,
    ) {
    }
}
