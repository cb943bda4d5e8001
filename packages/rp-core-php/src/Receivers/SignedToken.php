<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Tokens\Claims;
use Latchkey\RelyingParty\Tokens\SignedJwt;
use Latchkey\RelyingParty\Tokens\TokenExpectations;
use Latchkey\RelyingParty\Tokens\TokenFault;
use stdClass;

/** A token that the issuer signed for this client, and what logout tokens and security events both say. */
final class SignedToken
{
    /** Tolerated difference between the clocks of issuer and application. */
    private const TOLERANCE_SECONDS = 60;

    /**
     * @param float $occurredAt `toe`, else `iat`: when it happened at the issuer, as well as we know
     * @param string $eventType the event's URI
     */
    private function __construct(
        public readonly stdClass $claims,
        public readonly string $jti,
        public readonly ?string $txn,
        public readonly float $issuedAt,
        public readonly float $occurredAt,
        public readonly string $eventType,
        public readonly stdClass $eventPayload,
    ) {
    }

    /**
     * Checks what logout tokens and security events have in common: the signature, then the claims of the envelope,
     * one event. The audience is this client and nobody else: a token that others may hold too proves nothing about
     * who sent it, and no `azp` makes up for that.
     *
     * @throws \Latchkey\RelyingParty\Tokens\IssuerKeysException `UNAVAILABLE`: the token may be good
     * @throws \Exception what `$kind->refuse` makes
     * @see RFC 7515, section 5.2; RFC 8417, section 2.2; RFC 8725, section 3
     */
    public static function read(
        #[\SensitiveParameter] string $token,
        TokenExpectations $expectations,
        TokenKind $kind,
        float $now,
    ): self {
        $refuse = $kind->refuse;
        $claims = SignedJwt::verifiedClaims($token, $expectations, $kind->types, $refuse);
        $notAfter = $now + self::TOLERANCE_SECONDS;

        if (($claims->iss ?? null) !== $expectations->issuer) {
            throw $refuse(TokenFault::Iss, 'iss is another issuer');
        }
        if (Claims::onlyAudience($claims) !== $expectations->clientId) {
            throw $refuse(TokenFault::Aud, 'aud must be this client and nobody else');
        }
        $iat = Claims::numericDate($claims, 'iat');
        if ($iat === null) {
            throw $refuse(TokenFault::Iat, 'iat is missing or no time');
        }
        if ($iat > $notAfter) {
            throw $refuse(TokenFault::Iat, 'iat is in the future');
        }
        if ($now - $iat > $kind->mostAgeSeconds) {
            throw $refuse(TokenFault::Iat, 'the token is too old');
        }
        self::checkExpiry($claims, $kind, $now);
        $nbf = Claims::numericDate($claims, 'nbf');
        if (Claims::has($claims, 'nbf') && ($nbf === null || $nbf > $notAfter)) {
            throw $refuse(TokenFault::Nbf, 'nbf is no time, or in the future');
        }
        $jti = Claims::identifier($claims, 'jti');
        if ($jti === null) {
            throw $refuse(TokenFault::Jti, 'jti must be 1 to 255 printable ASCII characters');
        }
        $txn = Claims::identifier($claims, 'txn');
        if (Claims::has($claims, 'txn') && $txn === null) {
            throw $refuse(TokenFault::Txn, 'txn must be 1 to 255 printable ASCII characters');
        }
        $toe = Claims::numericDate($claims, 'toe');
        if (Claims::has($claims, 'toe') && ($toe === null || $toe > $notAfter)) {
            throw $refuse(TokenFault::Toe, 'toe is no time, or in the future');
        }
        [$type, $payload] = self::event($claims, $refuse);
        return new self($claims, $jti, $txn, $iat, $toe ?? $iat, $type, $payload);
    }

    private static function checkExpiry(stdClass $claims, TokenKind $kind, float $now): void
    {
        if (!$kind->expires) {
            if (Claims::has($claims, 'exp')) {
                throw ($kind->refuse)(TokenFault::Exp, 'exp must not be there');
            }
            return;
        }
        $exp = Claims::numericDate($claims, 'exp');
        if ($exp === null) {
            throw ($kind->refuse)(TokenFault::Exp, 'exp is missing or no time');
        }
        if ($now - $exp >= self::TOLERANCE_SECONDS) {
            throw ($kind->refuse)(TokenFault::Exp, 'the token has expired');
        }
    }

    /** @return array{string, stdClass} */
    private static function event(stdClass $claims, callable $refuse): array
    {
        $events = ($claims->events ?? null) instanceof stdClass ? get_object_vars($claims->events) : [];
        if (count($events) !== 1) {
            throw $refuse(TokenFault::Events, 'events must be an object with one member');
        }
        $payload = current($events);
        if (!$payload instanceof stdClass) {
            throw $refuse(TokenFault::Events, 'the event must be an object');
        }
        return [(string) key($events), $payload];
    }
}
