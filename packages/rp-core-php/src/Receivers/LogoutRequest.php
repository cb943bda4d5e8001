<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Session\EndedSessions;

/** What a logout token asks for. Moments in seconds since 1970. */
final class LogoutRequest
{
    /**
     * @param float $endedAt when it happened at the issuer: sessions of a person that begun later stay
     * @param ?string $txn names the delivery: the same in each attempt to deliver it
     */
    public function __construct(
        public readonly EndedSessions $ended,
        public readonly float $endedAt,
        public readonly string $jti,
        public readonly ?string $txn,
        public readonly float $issuedAt,
    ) {
    }
}
