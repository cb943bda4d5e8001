<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking\Usernames;

use Latchkey\RelyingParty\Linking\FoldToAscii;
use Latchkey\RelyingParty\Linking\Unicode;

/** The defaults: 3 to 20 of `[A-Za-z0-9_.-]`, never two marks in a row, no mark but `_` in front, none at the end. */
final class DiscourseUsernames implements UsernameRules
{
    private const CONFUSING_ENDING = '/\.(js|json|css|htm|html|xml|jpg|jpeg|png|gif|bmp|ico|tif|tiff|woff)$/Di';

    public function maxLength(): int
    {
        return 20;
    }

    public function shape(string $text): string
    {
        $kept = preg_replace('/[^A-Za-z0-9_.-]+/', '-', FoldToAscii::whole($text));
        $kept = rtrim(preg_replace(['/[-_.]{2,}/', '/^[-.]+/'], ['-', ''], $kept), '-_. ');
        return preg_match('/[A-Za-z0-9]/', $kept) === 1 ? $kept : '';
    }

    public function finish(string $text): string
    {
        $kept = rtrim($text, '-_. ');
        if (preg_match(self::CONFUSING_ENDING, $kept) === 1) {
            $kept = preg_replace('/\.(?=[^.]*$)/D', '-', $kept);
        }
        return str_pad($kept, 3, '1');
    }

    public function comparisonForm(string $name): string
    {
        return Unicode::asciiLowerCase($name);
    }
}
