<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** Where linking reports what an administrator must be able to find again. Called once the change is kept. */
interface LinkingLog
{
    public function record(LinkingEntry $entry): void;
}
