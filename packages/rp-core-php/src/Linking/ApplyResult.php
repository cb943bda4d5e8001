<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

final class ApplyResult
{
    /**
     * @param ?string $localUserId in `Applied` and `Stale`
     * @param list<Subject> $displaced as in `SignInResult`
     * @param ?string $reason in `Refused`
     */
    public function __construct(
        public readonly ApplyResultKind $kind,
        public readonly ?string $localUserId = null,
        public readonly array $displaced = [],
        public readonly ?string $reason = null,
    ) {
    }

    /** The person may not be here: sessions of theirs must end. */
    public function isRefusal(): bool
    {
        return $this->kind === ApplyResultKind::Refused || $this->kind === ApplyResultKind::UnknownSubject;
    }
}
