<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/** A person at an issuer. */
final class Subject
{
    public function __construct(
        public readonly string $issuer,
        public readonly string $sub,
    ) {
    }

    public function equals(self $other): bool
    {
        return $this->issuer === $other->issuer && $this->sub === $other->sub;
    }

    /** SHA-256 over issuer, line feed and `sub`, in lower-case hex. A line feed is in no issuer, so no two pairs share one. */
    public function digest(): string
    {
        return hash('sha256', "{$this->issuer}\n{$this->sub}");
    }
}
