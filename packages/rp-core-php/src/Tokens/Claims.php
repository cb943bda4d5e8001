<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Tokens;

use stdClass;

/** Reads JSON objects as they came: nothing is known of their members. */
final class Claims
{
    /** 31 December 9999. */
    private const LAST_SECOND = 253_402_300_799;
    private const MOST_DEPTH = 64;

    /** @return ?stdClass a JSON object in UTF-8, with objects as objects; else null */
    public static function decode(string $json): ?stdClass
    {
        $value = json_decode($json, false, self::MOST_DEPTH);
        return $value instanceof stdClass ? $value : null;
    }

    public static function has(stdClass $claims, string $name): bool
    {
        return property_exists($claims, $name);
    }

    /** An identifier (`sub`, `sid`, `jti`, `txn`): 1 to 255 printable ASCII characters; else null. */
    public static function identifier(stdClass $claims, string $name): ?string
    {
        $value = $claims->{$name} ?? null;
        return is_string($value) && preg_match('/^[\x20-\x7e]{1,255}$/D', $value) === 1 ? $value : null;
    }

    /** A NumericDate (RFC 7519, section 2): seconds since 1970, fractions allowed; else null. */
    public static function numericDate(stdClass $claims, string $name): ?float
    {
        $value = $claims->{$name} ?? null;
        $isDate = (is_int($value) || is_float($value)) && $value >= 0 && $value <= self::LAST_SECOND;
        return $isDate ? (float) $value : null;
    }

    /** The one audience, whether it stands in a list or not; null where there are more, or none. */
    public static function onlyAudience(stdClass $claims): ?string
    {
        $aud = $claims->aud ?? null;
        if (is_array($aud)) {
            $aud = count($aud) === 1 ? $aud[0] : null;
        }
        return is_string($aud) ? $aud : null;
    }
}
