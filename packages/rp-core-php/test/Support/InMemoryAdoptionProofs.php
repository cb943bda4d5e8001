<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Linking\AdoptionProof;
use Latchkey\RelyingParty\Linking\AdoptionProofStore;
use Latchkey\RelyingParty\Linking\StoredAdoptionProof;
use Latchkey\RelyingParty\Linking\Subject;

final class InMemoryAdoptionProofs implements AdoptionProofStore
{
    /** @var array<string, array{string, string}> JSON and revision */
    public array $stored = [];
    /** Called before each `put`: another process at the same moment. */
    public ?\Closure $beforePut = null;
    private int $revisions = 0;

    public function find(Subject $subject, string $localUserId): ?StoredAdoptionProof
    {
        $stored = $this->stored[$subject->digest() . $localUserId] ?? null;
        return $stored === null ? null : new StoredAdoptionProof(AdoptionProof::fromJson($stored[0]), $stored[1]);
    }

    public function put(AdoptionProof $proof, ?string $replaces): bool
    {
        [$beforePut, $this->beforePut] = [$this->beforePut, null];
        $beforePut?->__invoke();
        $key = $proof->subject->digest() . $proof->localUserId;
        if (($this->stored[$key][1] ?? null) !== $replaces) {
            return false;
        }
        $this->stored[$key] = [$proof->toJson(), (string) ++$this->revisions];
        return true;
    }
}
