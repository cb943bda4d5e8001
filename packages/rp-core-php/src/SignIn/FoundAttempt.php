<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

/** What the cookie of a callback's `state` says. */
final class FoundAttempt
{
    /**
     * @param ?Attempt $attempt null in `None` and `Unreadable`
     * @param ?int $number which attempt it was; null in `None`
     */
    public function __construct(
        public readonly FoundAttemptKind $kind,
        public readonly ?Attempt $attempt = null,
        public readonly ?int $number = null,
    ) {
    }
}
