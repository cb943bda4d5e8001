<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty;

use Latchkey\RelyingParty\SignedInState\SignedInStateLimits;

/** What an application says of itself, once. */
final class Settings
{
    /**
     * @param string $issuer exactly as the issuer writes itself: what `iss` and links are compared with
     * @param string $origin where browsers reach the application, such as `https://blog.example.org`; never taken
     *     from a request
     * @param string $redirectUri the callback's address on that origin, as it is registered at the issuer
     * @param string $ownPath the folder of the sign-in's own addresses, to which no sign-in returns
     * @param string $cookieSecret at least 32 random bytes, the same in all processes: seals cookies and kept tokens
     * @param string $cookieWord begins the names of the cookies; lower-case letters, digits, hyphens
     * @param int $sessionSeconds a local session's absolute end where the issuer tells none that is sooner
     * @throws \RangeException naming the first setting that cannot be used
     */
    public function __construct(
        public readonly string $issuer,
        public readonly string $clientId,
        #[\SensitiveParameter] public readonly string $clientSecret,
        public readonly string $origin,
        public readonly string $redirectUri,
        public readonly string $ownPath,
        #[\SensitiveParameter] public readonly string $cookieSecret,
        public readonly string $cookieWord,
        public readonly string $scope = 'openid profile email',
        public readonly SignedInStateLimits $limits = new SignedInStateLimits(),
        public readonly int $sessionSeconds = 30 * 24 * 3600,
    ) {
        foreach (['origin' => $origin, 'issuer' => $issuer] as $name => $url) {
            if (!self::isSafe($url)) {
                throw new \RangeException("{$name} must be https, or on loopback");
            }
        }
        if (preg_match('~^https?://[^/?#\s@]+$~D', $origin) !== 1 || strtolower($origin) !== $origin) {
            throw new \RangeException('origin must be an origin in lower case, without path or slash');
        }
        if (!str_starts_with($redirectUri, "{$origin}/") || str_contains($redirectUri, '#')) {
            throw new \RangeException('redirectUri must be an address of the origin');
        }
        if (preg_match('~^(?:/[A-Za-z0-9](?:[A-Za-z0-9._:-]*[A-Za-z0-9])?)+$~D', $ownPath) !== 1) {
            throw new \RangeException('ownPath must be a folder such as /latchkey');
        }
        if (preg_match('/^[a-z0-9][a-z0-9-]*$/D', $cookieWord) !== 1) {
            throw new \RangeException('cookieWord: letters, digits, hyphens');
        }
        if (strlen($cookieSecret) < 32) {
            throw new \RangeException('cookieSecret must have 32 bytes at least');
        }
    }

    /** Whether what goes to this address is protected: https, or http that does not leave the machine. */
    public static function isSafe(string $url): bool
    {
        $loopback = '(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\]';
        return preg_match("~^(?:https://[^/?#\s@]+|http://(?:{$loopback})(?::\d+)?)(?:[/?#]|$)~Di", $url) === 1;
    }
}
