<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Tokens;

use Latchkey\RelyingParty\Secrets\Base64Url;
use stdClass;

/** A JWT in compact form, signed by the issuer (RFC 7515, section 5.2; RFC 8725, section 3). */
final class SignedJwt
{
    /** No token that we know is a tenth as long. */
    private const MOST_CHARACTERS = 60 * 1024;

    /**
     * The claims, once the signature is known to be the issuer's. Of the claims nothing is looked at.
     *
     * @param list<?string> $types the media types that `typ` may name, without `application/`; null among them where
     *     it may be left out
     * @param callable(TokenFault, string): \Exception $refuse makes the exception; the message holds nothing of the
     *     token
     * @throws IssuerKeysException `UNAVAILABLE`: the token may be good
     * @throws \Exception what `$refuse` makes
     */
    public static function verifiedClaims(
        #[\SensitiveParameter] string $token,
        TokenExpectations $expectations,
        array $types,
        callable $refuse,
    ): stdClass {
        $malformed = fn () => $refuse(TokenFault::Malformed, 'this is no signed token');
        $isCompact = strlen($token) <= self::MOST_CHARACTERS
            && preg_match('/^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/D', $token, $parts) === 1;
        $header = $isCompact ? Claims::decode(Base64Url::decode($parts[1]) ?? '') : null;
        if ($header === null) {
            throw $malformed();
        }
        $algorithms = $expectations->algorithms ?? SigningAlgorithm::cases();
        $algorithm = is_string($header->alg ?? null) ? SigningAlgorithm::tryFrom($header->alg) : null;
        if (!in_array($algorithm, $algorithms, true)) {
            $names = implode(', ', array_map(fn (SigningAlgorithm $one) => $one->value, $algorithms));
            throw $refuse(TokenFault::Alg, "alg must be one of {$names}");
        }
        if (!in_array(self::typeOf($header), $types, true)) {
            throw $refuse(TokenFault::Typ, 'typ names another kind of token');
        }
        // Nothing is understood that a token could call critical.
        if (Claims::has($header, 'crit')) {
            throw $refuse(TokenFault::Crit, 'crit is not supported');
        }
        $kid = $header->kid ?? null;
        if (Claims::has($header, 'kid') && !is_string($kid)) {
            throw $malformed();
        }
        try {
            $key = $expectations->keys->find($algorithm, $kid);
        } catch (IssuerKeysException $exception) {
            throw $exception->errorCode === IssuerKeysException::UNAVAILABLE
                ? $exception
                : $refuse(TokenFault::Key, 'the issuer has no key that the token may be signed with');
        }
        [$payload, $signature] = [Base64Url::decode($parts[2]), Base64Url::decode($parts[3])];
        if ($payload === null || $signature === null) {
            throw $malformed();
        }
        if (!$key->verifies($signature, "{$parts[1]}.{$parts[2]}")) {
            throw $refuse(TokenFault::Signature, 'the signature is not of the issuer');
        }
        return Claims::decode($payload) ?? throw $malformed();
    }

    /** Media types have no case, and `application/` may be left out (RFC 7515, section 4.1.9). */
    private static function typeOf(stdClass $header): ?string
    {
        if (!Claims::has($header, 'typ')) {
            return null;
        }
        return is_string($header->typ) ? preg_replace('~^application/~', '', strtolower($header->typ)) : '';
    }
}
