<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Issuer;

use Latchkey\RelyingParty\Tokens\Claims;
use Latchkey\RelyingParty\Tokens\IssuerKeysException;
use Latchkey\RelyingParty\Tokens\SignedJwt;
use Latchkey\RelyingParty\Tokens\TokenExpectations;
use Latchkey\RelyingParty\Tokens\TokenFault;
use stdClass;

final class IdToken
{
    /** Tolerated difference between clocks. */
    private const TOLERANCE_SECONDS = 60;

    /**
     * The claims of the ID token that a code was exchanged for.
     *
     * @throws IssuerException `ANSWER`: it is not the issuer's, not for us, or not of this sign-in; `UNREACHABLE`: the
     *     issuer's keys cannot be read
     * @see OpenID Connect Core 1.0, section 3.1.3.7
     */
    public static function verifiedClaims(
        #[\SensitiveParameter] string $token,
        TokenExpectations $expectations,
        string $nonce,
        float $now,
    ): stdClass {
        $refuse = fn (TokenFault $fault, string $message) => IssuerException::answer("the ID token: {$message}");
        try {
            $claims = SignedJwt::verifiedClaims($token, $expectations, ['jwt', null], $refuse);
        } catch (IssuerKeysException $exception) {
            throw IssuerException::unreachable($exception);
        }
        $notAfter = $now + self::TOLERANCE_SECONDS;
        $iat = Claims::numericDate($claims, 'iat');
        $exp = Claims::numericDate($claims, 'exp');
        $nbf = Claims::numericDate($claims, 'nbf');
        $fault = match (true) {
            ($claims->iss ?? null) !== $expectations->issuer => 'iss is another issuer',
            !self::isFor($claims, $expectations->clientId) => 'aud or azp is another client',
            $iat === null || $iat > $notAfter => 'iat is no time, or in the future',
            $exp === null || $now - $exp >= self::TOLERANCE_SECONDS => 'it has expired',
            Claims::has($claims, 'nbf') && ($nbf === null || $nbf > $notAfter) => 'nbf is no time, or in the future',
            !is_string($claims->nonce ?? null) || !hash_equals($nonce, $claims->nonce) =>
                'nonce is not of this sign-in',
            Claims::identifier($claims, 'sub') === null => 'sub must be 1 to 255 printable ASCII characters',
            default => null,
        };
        return $fault === null ? $claims : throw $refuse(TokenFault::Malformed, $fault);
    }

    /** An audience of several needs `azp`, and `azp`, where it is, must be this client. */
    private static function isFor(stdClass $claims, string $clientId): bool
    {
        $audience = is_array($claims->aud ?? null) ? $claims->aud : [$claims->aud ?? null];
        if (!in_array($clientId, $audience, true)) {
            return false;
        }
        return Claims::has($claims, 'azp') ? $claims->azp === $clientId : count($audience) === 1;
    }
}
