<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking;

final class FoldToAscii
{
    /** Letters that Unicode does not take apart. */
    private const UNFOLDED = [
        'ß' => 'ss', 'ẞ' => 'SS', 'æ' => 'ae', 'Æ' => 'AE', 'œ' => 'oe', 'Œ' => 'OE', 'ø' => 'o', 'Ø' => 'O',
        'đ' => 'd', 'Đ' => 'D', 'ð' => 'd', 'Ð' => 'D', 'þ' => 'th', 'Þ' => 'TH', 'ł' => 'l', 'Ł' => 'L', 'ı' => 'i',
    ];

    /**
     * Takes a text's accents off (`Zoë` becomes `Zoe`), and brings other forms of ASCII letters to these (NFKD). What
     * is no ASCII after that is left as it is.
     */
    public static function of(string $text): string
    {
        return strtr((string) preg_replace('/\p{M}+/u', '', Unicode::nfkd($text)), self::UNFOLDED);
    }

    /**
     * The same, or the empty text where a letter or digit stays that is none of ASCII's: half a name, or one whose
     * letters only look like ASCII, would be somebody else's.
     */
    public static function whole(string $text): string
    {
        $folded = self::of($text);
        return preg_match('/(?![A-Za-z0-9])[\p{L}\p{N}]/u', $folded) === 1 ? '' : $folded;
    }
}
