<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty;

/** Where the relying party reports what an administrator may want to know. Details hold no token and nothing of a person. */
interface RelyingPartyLog
{
    /** @param array<string, mixed> $details */
    public function note(string $event, array $details): void;
}
