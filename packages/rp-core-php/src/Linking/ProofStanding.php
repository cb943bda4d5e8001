<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** What the person did on the proof page, and to which local user: proved, declined, or neither. */
final class ProofStanding
{
    private function __construct(
        public readonly string $standing,
        public readonly ?string $localUserId = null,
        public readonly ?ProofWay $way = null,
    ) {
    }

    public static function none(): self
    {
        return new self('none');
    }

    public static function proved(string $localUserId, ProofWay $way): self
    {
        return new self('proved', $localUserId, $way);
    }

    public static function declined(string $localUserId): self
    {
        return new self('declined', $localUserId);
    }
}
