<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\RelyingPartyLog;

final class NotedLog implements RelyingPartyLog
{
    /** @var list<array{string, array<string, mixed>}> */
    public array $notes = [];

    public function note(string $event, array $details): void
    {
        $this->notes[] = [$event, $details];
    }

    /** @return list<string> */
    public function events(): array
    {
        return array_column($this->notes, 0);
    }
}
