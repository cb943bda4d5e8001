<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Tokens;

use Latchkey\RelyingParty\Secrets\Base64Url;
use OpenSSLAsymmetricKey;
use stdClass;

/** A public key of an issuer, for one algorithm. */
final class PublicKey
{
    private const LEAST_RSA_BITS = 2048;
    private const MOST_RSA_BITS = 16_384;

    private function __construct(
        private SigningAlgorithm $algorithm,
        private OpenSSLAsymmetricKey|string $key,
    ) {
    }

    /**
     * @param stdClass $jwk of the algorithm's type and curve (RFC 7517; RFC 7518, section 6; RFC 8037, section 2)
     * @return ?self null where it is no such key, or too weak (RFC 7518, section 3.3), or PHP lacks what it needs
     */
    public static function fromJwk(stdClass $jwk, SigningAlgorithm $algorithm): ?self
    {
        return match ($algorithm) {
            SigningAlgorithm::RS256 => self::rsa(self::member($jwk, 'n'), self::member($jwk, 'e')),
            SigningAlgorithm::ES256 => self::p256(self::member($jwk, 'x'), self::member($jwk, 'y')),
            SigningAlgorithm::EdDSA => self::ed25519(self::member($jwk, 'x')),
        };
    }

    /** @param string $signature as JWS has it (RFC 7518, section 3) */
    public function verifies(string $signature, string $signed): bool
    {
        return match ($this->algorithm) {
            SigningAlgorithm::RS256 => openssl_verify($signed, $signature, $this->key, OPENSSL_ALGO_SHA256) === 1,
            SigningAlgorithm::ES256 => strlen($signature) === 64 && openssl_verify(
                $signed,
                Der::sequence(Der::integer(substr($signature, 0, 32)), Der::integer(substr($signature, 32))),
                $this->key,
                OPENSSL_ALGO_SHA256,
            ) === 1,
            SigningAlgorithm::EdDSA => strlen($signature) === SODIUM_CRYPTO_SIGN_BYTES
                && sodium_crypto_sign_verify_detached($signature, $signed, $this->key),
        };
    }

    /** The member's bytes; empty where it is none. */
    private static function member(stdClass $jwk, string $name): string
    {
        $value = $jwk->{$name} ?? null;
        return is_string($value) ? Base64Url::decode($value) ?? '' : '';
    }

    private static function rsa(string $modulus, string $exponent): ?self
    {
        $modulus = ltrim($modulus, "\0");
        $exponent = ltrim($exponent, "\0");
        $bits = 8 * strlen($modulus);
        // With the exponent 1 every text is its own signature.
        $isExponent = $exponent !== '' && $exponent !== "\1" && strlen($exponent) <= 8;
        if (!$isExponent || $bits > self::MOST_RSA_BITS) {
            return null;
        }
        $key = self::opened(Der::sequence(
            Der::sequence(Der::RSA_ENCRYPTION, Der::NULL),
            Der::bitString(Der::sequence(Der::integer($modulus), Der::integer($exponent))),
        ));
        $isStrong = $key !== null && openssl_pkey_get_details($key)['bits'] >= self::LEAST_RSA_BITS;
        return $isStrong ? new self(SigningAlgorithm::RS256, $key) : null;
    }

    private static function p256(string $x, string $y): ?self
    {
        if (strlen($x) !== 32 || strlen($y) !== 32) {
            return null;
        }
        $key = self::opened(Der::sequence(
            Der::sequence(Der::EC_PUBLIC_KEY, Der::P256),
            Der::bitString("\x04{$x}{$y}"),
        ));
        return $key === null ? null : new self(SigningAlgorithm::ES256, $key);
    }

    private static function ed25519(string $x): ?self
    {
        $isKey = strlen($x) === 32 && function_exists('sodium_crypto_sign_verify_detached');
        return $isKey ? new self(SigningAlgorithm::EdDSA, $x) : null;
    }

    /** @param string $der a SubjectPublicKeyInfo (RFC 5280, section 4.1) */
    private static function opened(string $der): ?OpenSSLAsymmetricKey
    {
        $lines = chunk_split(base64_encode($der), 64, "\n");
        $key = openssl_pkey_get_public("-----BEGIN PUBLIC KEY-----\n{$lines}-----END PUBLIC KEY-----\n");
        return $key === false ? null : $key;
    }
}
