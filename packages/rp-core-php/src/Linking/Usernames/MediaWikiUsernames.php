<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking\Usernames;

use Latchkey\RelyingParty\Linking\Unicode;

/**
 * Names that `UserNameUtils::getCanonical` with `RIGOR_CREATABLE` leaves unchanged. Narrower than MediaWiki: letters,
 * digits, inner blanks, hyphen, dot and apostrophe, and no letters of two scripts that look alike in one name. Needs
 * ext-intl and ext-mbstring, as MediaWiki does.
 */
final class MediaWikiUsernames implements UsernameRules
{
    private const SCRIPTS = ['/\p{Latin}/u', '/\p{Cyrillic}/u', '/\p{Greek}/u'];

    public function maxLength(): int
    {
        return 235;
    }

    public function shape(string $text): string
    {
        $kept = preg_replace('/[^\p{L}\p{M}\p{N}.\'-]+/u', ' ', Unicode::nfc($text));
        $kept = rtrim(preg_replace('/^[ \p{M}]+/u', '', $kept), ' ');
        $scripts = array_filter(self::SCRIPTS, fn (string $script) => preg_match($script, $kept) === 1);
        if (preg_match('/[\p{L}\p{N}]/u', $kept) !== 1 || count($scripts) > 1) {
            return '';
        }
        $looksLikeAddress = preg_match('/^\d{1,3}\.\d{1,3}\.\d{1,3}\.(?:\d{1,3}|xxx)$/Di', $kept) === 1;
        return $this->upperCaseFirst($looksLikeAddress ? strtr($kept, '.', '-') : $kept);
    }

    public function finish(string $text): string
    {
        return rtrim($text, ' ');
    }

    public function comparisonForm(string $name): string
    {
        return $this->upperCaseFirst(Unicode::trim(preg_replace('/[_ ]+/', ' ', Unicode::nfc($name))));
    }

    /** Upper case of the first character, where that is one character. */
    private function upperCaseFirst(string $text): string
    {
        $first = Unicode::characters($text)[0] ?? '';
        $upper = mb_strtoupper($first, 'UTF-8');
        return count(Unicode::characters($upper)) === 1 ? $upper . substr($text, strlen($first)) : $text;
    }
}
