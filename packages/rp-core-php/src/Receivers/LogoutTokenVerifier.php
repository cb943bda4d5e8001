<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Receivers;

use Latchkey\RelyingParty\Session\EndedSessions;
use Latchkey\RelyingParty\Tokens\Claims;
use Latchkey\RelyingParty\Tokens\TokenExpectations;

final class LogoutTokenVerifier
{
    /** How long after `iat` a logout token is good, whatever its `exp` says. */
    public const SECONDS = 600;

    /** OpenID Connect Back-Channel Logout 1.0, section 2.4. */
    private const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
    /** The type is recommended, not required, and many issuers write JWT (section 4.1). */
    private const TYPES = ['logout+jwt', 'jwt', null];

    public function __construct(
        private TokenExpectations $expectations,
    ) {
    }

    /**
     * Verifies a logout token and returns what it asks to end.
     *
     * @throws LogoutTokenException `ERR_LOGOUT_TOKEN_NONCE` when a nonce is present, whatever its value: so no ID token
     *     passes
     * @throws \Latchkey\RelyingParty\Tokens\IssuerKeysException `UNAVAILABLE`: the token may be good
     * @see OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6
     */
    public function verify(#[\SensitiveParameter] string $token, float $now): LogoutRequest
    {
        $kind = new TokenKind(self::TYPES, self::SECONDS, true, LogoutTokenException::of(...));
        $signed = SignedToken::read($token, $this->expectations, $kind, $now);
        if ($signed->eventType !== self::EVENT) {
            throw new LogoutTokenException('EVENTS', 'the event is not a logout');
        }
        if (Claims::has($signed->claims, 'nonce')) {
            throw new LogoutTokenException('NONCE', 'nonce must not be there');
        }
        $named = [];
        foreach (['sub', 'sid'] as $name) {
            $named[$name] = Claims::identifier($signed->claims, $name);
            if ($named[$name] === null && Claims::has($signed->claims, $name)) {
                throw new LogoutTokenException('SUBJECT', "{$name} must be 1 to 255 printable ASCII characters");
            }
        }
        $issuer = $this->expectations->issuer;
        $ended = match (true) {
            $named['sid'] !== null => EndedSessions::ofSession($issuer, $named['sid'], $named['sub']),
            $named['sub'] !== null => EndedSessions::ofPerson($issuer, $named['sub']),
            default => throw new LogoutTokenException('SUBJECT', 'sub or sid must be there'),
        };
        return new LogoutRequest($ended, $signed->occurredAt, $signed->jti, $signed->txn, $signed->issuedAt);
    }
}
