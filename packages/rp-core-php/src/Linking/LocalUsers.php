<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** The application's user table and the links, shared by all its processes. */
interface LocalUsers
{
    /**
     * Does the work alone: no other section, in whatever process, runs at the same time, and either all of the work
     * is kept or, when it throws, nothing. Keep it short: nothing else happens in it.
     *
     * @template Result
     * @param callable(LocalUserRecords): Result $work
     * @return Result
     */
    public function exclusively(callable $work): mixed;
}
