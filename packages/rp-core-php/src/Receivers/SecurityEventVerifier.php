<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Linking\ProfileClaims;
use Latchkey\RelyingParty\Tokens\Claims;
use Latchkey\RelyingParty\Tokens\TokenExpectations;
use stdClass;

final class SecurityEventVerifier
{
    /** How long after `iat` a security event is good: an issuer may push from a queue. */
    public const SECONDS = 24 * 3600;

    public function __construct(
        public readonly TokenExpectations $expectations,
    ) {
    }

    /**
     * Verifies a Security Event Token and returns what it tells. An event of a type that is not known here is no
     * error: a recipient answers for the token, not for what it makes of it (RFC 8935, section 2), and issuers send
     * events to test the way. Of such a one the subject is not looked at, since it may be something else than a
     * person.
     *
     * @throws SecurityEventException
     * @throws \Latchkey\RelyingParty\Tokens\IssuerKeysException `UNAVAILABLE`: the token may be good
     * @see RFC 8417, section 2.2; RFC 9493, section 3.2.2; OpenID Shared Signals Framework 1.0, section 4 (no `exp`, no
     *     `sub`)
     */
    public function verify(#[\SensitiveParameter] string $token, float $now): SecurityEvent
    {
        $kind = new TokenKind(['secevent+jwt'], self::SECONDS, false, SecurityEventException::of(...));
        $signed = SignedToken::read($token, $this->expectations, $kind, $now);
        if (Claims::has($signed->claims, 'sub')) {
            throw new SecurityEventException('SUBJECT', 'sub must not be there; sub_id names the person');
        }
        $event = SecurityEventKind::ofType($signed->eventType);
        $sub = $event === SecurityEventKind::Unknown ? null : $this->subject($signed->claims);
        $claims = $event === SecurityEventKind::ClaimsChanged ? self::newClaims($signed->eventPayload, $sub) : null;
        return new SecurityEvent(
            $event,
            $signed->eventType,
            $sub,
            $claims,
            $claims === null ? null : self::profileVersion($claims),
            $signed->jti,
            $signed->txn,
            $signed->issuedAt,
            $signed->occurredAt,
        );
    }

    private function subject(stdClass $claims): string
    {
        $id = ($claims->sub_id ?? null) instanceof stdClass ? $claims->sub_id : new stdClass();
        $sub = Claims::identifier($id, 'sub');
        $isOurs = ($id->format ?? null) === 'iss_sub' && ($id->iss ?? null) === $this->expectations->issuer;
        if (!$isOurs || $sub === null) {
            throw new SecurityEventException('SUBJECT', 'sub_id must name a person of this issuer as iss_sub');
        }
        return $sub;
    }

    private static function newClaims(stdClass $payload, ?string $sub): stdClass
    {
        $claims = $payload->claims ?? null;
        if (!$claims instanceof stdClass || get_object_vars($claims) === []) {
            throw new SecurityEventException('CLAIMS', 'claims must be an object with one member at least');
        }
        // Whoever reads the claims for themselves must not come to somebody else.
        if (Claims::has($claims, 'sub') && $claims->sub !== $sub) {
            throw new SecurityEventException('CLAIMS', 'claims name another person than sub_id');
        }
        return $claims;
    }

    private static function profileVersion(stdClass $claims): ?int
    {
        $version = ProfileClaims::profileVersion($claims->profile_version ?? null);
        if ($version === null && Claims::has($claims, 'profile_version')) {
            throw new SecurityEventException('CLAIMS', 'profile_version must be an integer not below 0');
        }
        return $version;
    }
}
