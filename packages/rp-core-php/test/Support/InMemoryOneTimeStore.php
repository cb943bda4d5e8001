<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\OneTimeStore;

/** Forgets nothing. */
final class InMemoryOneTimeStore implements OneTimeStore
{
    /** @var array<string, float> */
    public array $claimed = [];
    /** @var array<string, bool> methods that fail once */
    public array $failing = [];

    public function claim(string $key, float $keepUntil): bool
    {
        $this->failIfTold(__FUNCTION__);
        if (preg_match('/^[\x20-\x7e]{1,200}$/D', $key) !== 1) {
            throw new \LogicException('not every store takes this key');
        }
        if (isset($this->claimed[$key])) {
            return false;
        }
        $this->claimed[$key] = $keepUntil;
        return true;
    }

    public function isClaimed(string $key): bool
    {
        $this->failIfTold(__FUNCTION__);
        return isset($this->claimed[$key]);
    }

    private function failIfTold(string $method): void
    {
        if ($this->failing[$method] ?? false) {
            unset($this->failing[$method]);
            throw new \RuntimeException('the disk is full');
        }
    }
}
