<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignedInState;

use Latchkey\RelyingParty\Cookies\CookieHeader;

final class Hints
{
    /** What an issuer's hint can look like; anything else in that cookie was put there by somebody else. */
    private const GRAMMAR = '/^[A-Za-z0-9_-]{1,32}$/D';

    /** As many as one trip can answer for: more would have one page visit go through the issuer again and again. */
    private const MOST = 10;

    /**
     * The hints that the browser sent, each once, in its order: normally one or none. Any host of the same domain can
     * forge or add one, so a hint is only ever a reason to ask, and never proof. Of more than ten the last ones
     * count: browsers send cookies of longer paths first (RFC 6265, section 5.4), and the issuer's own has the
     * shortest.
     *
     * @return list<string>
     */
    public static function read(CookieHeader $cookies, string $name): array
    {
        $hints = [];
        foreach ($cookies->values($name) as $value) {
            if (preg_match(self::GRAMMAR, $value) === 1 && !in_array($value, $hints, true)) {
                $hints[] = $value;
            }
        }
        return array_slice($hints, -self::MOST);
    }

    /**
     * The state of the browser as the session check script sees it too: all hint cookies as they are, and the marker
     * of the local session.
     */
    public static function browserState(CookieHeader $cookies, string $hintName, string $marker): string
    {
        return implode(',', $cookies->values($hintName)) . '|' . $marker;
    }
}
