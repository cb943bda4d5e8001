<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Store;

use Latchkey\WordPress\Core\OneTimeStore;

final class KeptOneTime implements OneTimeStore
{
    public function __construct(
        private KeptValues $values,
    ) {
    }

    public function claim(string $key, float $keepUntil): bool
    {
        return $this->values->add("used {$key}", '', $keepUntil);
    }

    public function isClaimed(string $key): bool
    {
        return $this->values->get("used {$key}") !== null;
    }
}
