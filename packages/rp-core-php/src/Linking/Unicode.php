<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

/**
 * Texts in UTF-8. Hosts without ext-intl have no normal forms: then a text that is not ASCII stays as it is, which
 * makes fewer names fit and lets nothing through that would be refused otherwise.
 */
final class Unicode
{
    /** White space, for a class of a regular expression with the modifier `u`. */
    public const SPACE = '\t\n\x0B\f\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF}';

    public static function isText(string $bytes): bool
    {
        return preg_match('//u', $bytes) === 1;
    }

    /** The composed form. */
    public static function nfc(string $text): string
    {
        return self::normalised($text, 'NFC');
    }

    /** The form in which letters stand apart from their accents, and compatible forms are the usual ones. */
    public static function nfkd(string $text): string
    {
        return self::normalised($text, 'NFKD');
    }

    /** Without white space around it. */
    public static function trim(string $text): string
    {
        $space = self::SPACE;
        return preg_replace("/^[{$space}]+|[{$space}]+$/Du", '', $text) ?? $text;
    }

    /** @return list<string> the text's code points */
    public static function characters(string $text): array
    {
        return preg_split('//u', $text, -1, PREG_SPLIT_NO_EMPTY) ?: [];
    }

    /** The length as JavaScript and many databases count it: characters beyond the first plane are two. */
    public static function utf16Length(string $text): int
    {
        return (int) preg_match_all('/[^\x80-\xBF]/', $text) + (int) preg_match_all('/[\xF0-\xF7]/', $text);
    }

    /** Only A to Z, whatever the locale: full folding makes the Kelvin sign a k. */
    public static function asciiLowerCase(string $text): string
    {
        return strtr($text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
    }

    private static function normalised(string $text, string $form): string
    {
        if (!class_exists(\Normalizer::class)) {
            return $text;
        }
        $normalised = \Normalizer::normalize($text, $form === 'NFC' ? \Normalizer::NFC : \Normalizer::NFKD);
        return is_string($normalised) ? $normalised : $text;
    }
}
