<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Whether a subject can prove that a local user is theirs. */
final class ProofQuestion
{
    /** @param list<ProofWay> $ways */
    public function __construct(
        public readonly Subject $subject,
        public readonly string $localUserId,
        public readonly array $ways,
    ) {
    }
}
