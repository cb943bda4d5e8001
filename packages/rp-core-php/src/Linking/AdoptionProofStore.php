<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Keeps one proof for each subject and local user, shared by all processes, for 70 minutes at least after its last change. */
interface AdoptionProofStore
{
    public function find(Subject $subject, string $localUserId): ?StoredAdoptionProof;

    /**
     * Stores a proof in place of the one that was read; of several callers with one revision one gets true.
     *
     * @param ?string $replaces the revision that was read; null: there was none
     * @return bool false when another is stored meanwhile, and nothing changed
     */
    public function put(AdoptionProof $proof, ?string $replaces): bool;
}
