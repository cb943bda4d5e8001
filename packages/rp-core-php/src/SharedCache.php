<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty;

/**
 * Keeps what one process learnt for the others of the application. It may forget anything at any time: then the
 * issuer is asked once more. Who can write into it can sign in as anybody, since the issuer's keys are in it.
 */
interface SharedCache
{
    /** @param string $key at most 100 lower-case letters, digits and hyphens */
    public function get(string $key): ?string;

    /** @param string $value of up to 70 KB of UTF-8 */
    public function set(string $key, string $value, int $seconds): void;

    /**
     * Sets what is not there. Of any number of callers at the same moment at most one gets true, as far as the host can
     * see to it.
     *
     * @return bool whether it was set
     */
    public function add(string $key, string $value, int $seconds): bool;
}
