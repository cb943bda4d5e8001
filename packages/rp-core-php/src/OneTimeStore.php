<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty;

/**
 * Remembers that something was used: a callback's state, the `jti` of a token, the `txn` of a delivery. All processes
 * of an application share one, or a token refused here is taken there.
 */
interface OneTimeStore
{
    /**
     * Notes a key as used. Of any number of callers at the same moment exactly one gets true.
     *
     * @param string $key at most 200 printable ASCII characters
     * @param float $keepUntil when the key may be forgotten, in seconds since 1970
     * @return bool false when the key was noted before and not yet forgotten
     */
    public function claim(string $key, float $keepUntil): bool;

    /** Whether the key is noted. */
    public function isClaimed(string $key): bool;
}
