<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking\Usernames;

use Latchkey\RelyingParty\Linking\FoldToAscii;
use Latchkey\RelyingParty\Linking\Unicode;

/**
 * `sanitize_user` in its strict form, without the at sign. 50 rather than 60 characters, so that the name in URLs
 * (`user_nicename`) is never cut; not digits alone, which a network of sites refuses.
 */
final class WordPressUsernames implements UsernameRules
{
    public function maxLength(): int
    {
        return 50;
    }

    public function shape(string $text): string
    {
        $spaced = preg_replace('/[' . Unicode::SPACE . ']+/u', ' ', FoldToAscii::whole($text));
        $kept = trim(preg_replace('/[^A-Za-z0-9 _.-]+/', '-', $spaced), ' ');
        return preg_match('/[A-Za-z]/', $kept) === 1 ? $kept : '';
    }

    public function finish(string $text): string
    {
        return trim($text, ' ');
    }

    public function comparisonForm(string $name): string
    {
        return Unicode::asciiLowerCase($name);
    }
}
