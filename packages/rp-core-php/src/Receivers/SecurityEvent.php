<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use stdClass;

/** What a Security Event Token tells. Moments in seconds since 1970. */
final class SecurityEvent
{
    /**
     * @param string $type the URI of the event
     * @param ?string $sub of whom it tells; null of an unknown event
     * @param ?stdClass $claims the new ones, in `ClaimsChanged`
     * @param ?int $profileVersion null where the issuer does not count
     * @param ?string $txn names the delivery: the same in each attempt to deliver it
     * @param float $occurredAt when it happened at the issuer, as well as we know
     */
    public function __construct(
        public readonly SecurityEventKind $kind,
        public readonly string $type,
        public readonly ?string $sub,
        public readonly ?stdClass $claims,
        public readonly ?int $profileVersion,
        public readonly string $jti,
        public readonly ?string $txn,
        public readonly float $issuedAt,
        public readonly float $occurredAt,
    ) {
    }
}
