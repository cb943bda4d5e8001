<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

final class EmailAddress
{
    /** What a browser's e-mail field accepts (HTML, section 4.10.5.1.5): ASCII only. */
    private const GRAMMAR = '/^[a-zA-Z0-9.!#$%&\'*+\/=?^_`{|}~-]+@'
        . '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/D';

    /** RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3 with erratum 1690. */
    private const MAX_LENGTH = 254;
    private const MAX_LOCAL_PART_LENGTH = 64;

    /** True for what can be an address, up to 254 characters. */
    public static function isAddress(string $text): bool
    {
        return strlen($text) <= self::MAX_LENGTH
            && strpos($text, '@') <= self::MAX_LOCAL_PART_LENGTH
            && preg_match(self::GRAMMAR, $text) === 1;
    }

    /** True for a host that can never receive mail (RFC 6761, section 6.4). Placeholders have one. */
    public static function isUnmailable(string $address): bool
    {
        return preg_match('/[@.]invalid$/Di', $address) === 1;
    }

    /** Compares without regard to the case of ASCII letters, and to nothing else. */
    public static function isSame(string $one, string $other): bool
    {
        return Unicode::asciiLowerCase($one) === Unicode::asciiLowerCase($other);
    }

    /**
     * Enough of an address to recognise one's own: `a***@e***.org`. Every mask is as long as the others, so that it
     * does not tell the length.
     */
    public static function mask(string $address): string
    {
        $at = strrpos($address, '@');
        if ($at === false || $at < 1) {
            return '***';
        }
        $host = substr($address, $at + 1);
        $dot = strrpos($host, '.');
        $masked = $dot === false || $dot < 1
            ? self::first($host)
            : self::first(substr($host, 0, $dot)) . substr($host, $dot);
        return self::first(substr($address, 0, $at)) . "@{$masked}";
    }

    private static function first(string $text): string
    {
        return Unicode::utf16Length($text) > 1 ? (Unicode::characters($text)[0] ?? '') . '***' : '***';
    }
}
