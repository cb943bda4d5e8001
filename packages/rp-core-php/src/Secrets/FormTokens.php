<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Secrets;

/**
 * Tokens against forged forms: each belongs to one local session and is good as long as that. Every one looks
 * different, so that what a compressed page tells of its length says nothing about it (BREACH).
 */
final class FormTokens
{
    private const MAC_BYTES = 32;

    private string $key;

    /** @param string $application what sets this application apart from others that might have the same secret */
    public function __construct(#[\SensitiveParameter] string $secret, string $application)
    {
        $info = "latchkey relying party {$application} form token";
        $this->key = hash_hkdf('sha256', $secret, self::MAC_BYTES, $info, '');
    }

    /** @param string $owner what the form belongs to: the session's id hash */
    public function tokenFor(string $owner): string
    {
        $mask = random_bytes(self::MAC_BYTES);
        return Base64Url::encode($mask . ($mask ^ $this->mac($owner)));
    }

    public function isGood(string $owner, ?string $token): bool
    {
        $given = Base64Url::decode($token ?? '') ?? '';
        if (strlen($given) !== 2 * self::MAC_BYTES) {
            return false;
        }
        $mac = substr($given, 0, self::MAC_BYTES) ^ substr($given, self::MAC_BYTES);
        return hash_equals($this->mac($owner), $mac);
    }

    private function mac(string $owner): string
    {
        return hash_hmac('sha256', $owner, $this->key, true);
    }
}
