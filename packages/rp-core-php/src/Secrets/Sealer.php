<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Secrets;

/**
 * Seals what travels through the browser or lies in a store: AES-256-GCM under a key of its own for each purpose, bound
 * to a context, so that a text sealed for one use opens in no other. The TypeScript core seals in the same form.
 */
final class Sealer
{
    private const CIPHER = 'aes-256-gcm';
    private const IV_BYTES = 12;
    private const TAG_BYTES = 16;

    private string $key;

    /**
     * @param string $secret of the application, the same in all its processes; 32 bytes at least
     * @throws \RangeException for a shorter one
     */
    public function __construct(#[\SensitiveParameter] string $secret, string $purpose)
    {
        if (strlen($secret) < 32) {
            throw new \RangeException('the cookie secret must have 32 bytes at least');
        }
        $this->key = hash_hkdf('sha256', $secret, 32, "latchkey relying party {$purpose}", '');
    }

    /** @param string $context what the text belongs to, such as a session; opening needs the same */
    public function seal(#[\SensitiveParameter] string $text, string $context): string
    {
        $iv = random_bytes(self::IV_BYTES);
        $tag = '';
        $sealed = openssl_encrypt(
            $text,
            self::CIPHER,
            $this->key,
            OPENSSL_RAW_DATA,
            $iv,
            $tag,
            $context,
            self::TAG_BYTES
        );
        if ($sealed === false) {
            throw new \RuntimeException('this OpenSSL has no AES-256-GCM');
        }
        return Base64Url::encode($iv . $sealed . $tag);
    }

    /** @return ?string null when the text was not sealed here for this context */
    public function open(string $sealed, string $context): ?string
    {
        $bytes = Base64Url::decode($sealed);
        if ($bytes === null || strlen($bytes) < self::IV_BYTES + self::TAG_BYTES) {
            return null;
        }
        $text = openssl_decrypt(
            substr($bytes, self::IV_BYTES, -self::TAG_BYTES),
            self::CIPHER,
            $this->key,
            OPENSSL_RAW_DATA,
            substr($bytes, 0, self::IV_BYTES),
            substr($bytes, -self::TAG_BYTES),
            $context
        );
        return $text === false ? null : $text;
    }
}
