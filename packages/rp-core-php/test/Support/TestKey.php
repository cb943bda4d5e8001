<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Secrets\Base64Url;
use OpenSSLAsymmetricKey;
use stdClass;

/** A key pair of a test's issuer. */
final class TestKey
{
    private function __construct(
        private string $alg,
        private string $kid,
        private OpenSSLAsymmetricKey|string $private,
        /** The public key. */
        public readonly stdClass $jwk,
    ) {
    }

    public static function es256(string $kid): self
    {
        $key = openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1']);
        ['x' => $x, 'y' => $y] = openssl_pkey_get_details($key)['ec'];
        $coordinate = fn (string $bytes) => Base64Url::encode(str_pad($bytes, 32, "\0", STR_PAD_LEFT));
        $jwk = ['kty' => 'EC', 'crv' => 'P-256', 'x' => $coordinate($x), 'y' => $coordinate($y)];
        return new self('ES256', $kid, $key, (object) ['kid' => $kid, ...$jwk]);
    }

    public static function rs256(string $kid, int $bits = 2048): self
    {
        $key = openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_RSA, 'private_key_bits' => $bits]);
        ['n' => $n, 'e' => $e] = openssl_pkey_get_details($key)['rsa'];
        $jwk = ['kty' => 'RSA', 'n' => Base64Url::encode($n), 'e' => Base64Url::encode($e)];
        return new self('RS256', $kid, $key, (object) ['kid' => $kid, ...$jwk]);
    }

    public static function edDsa(string $kid): self
    {
        $pair = sodium_crypto_sign_keypair();
        $x = Base64Url::encode(sodium_crypto_sign_publickey($pair));
        $jwk = (object) ['kid' => $kid, 'kty' => 'OKP', 'crv' => 'Ed25519', 'x' => $x];
        return new self('EdDSA', $kid, sodium_crypto_sign_secretkey($pair), $jwk);
    }

    /**
     * @param array<string, mixed> $claims
     * @param array<string, mixed> $header
     */
    public function token(array $claims, array $header = []): string
    {
        $header = ['alg' => $this->alg, 'kid' => $this->kid, ...$header];
        $signed = implode('.', array_map(
            fn (array $part) => Base64Url::encode(json_encode((object) $part, JSON_THROW_ON_ERROR)),
            [$header, $claims],
        ));
        return "{$signed}." . Base64Url::encode($this->sign($signed));
    }

    public function sign(string $text): string
    {
        if (is_string($this->private)) {
            return sodium_crypto_sign_detached($text, $this->private);
        }
        openssl_sign($text, $signature, $this->private, OPENSSL_ALGO_SHA256);
        return $this->alg === 'ES256' ? self::joined($signature) : $signature;
    }

    /** The two numbers of a DER signature side by side (RFC 7518, section 3.4). */
    private static function joined(string $der): string
    {
        $length = ord($der[3]);
        $numbers = [substr($der, 4, $length), substr($der, 6 + $length)];
        $fixed = fn (string $number) => str_pad(ltrim($number, "\0"), 32, "\0", STR_PAD_LEFT);
        return implode('', array_map($fixed, $numbers));
    }
}
