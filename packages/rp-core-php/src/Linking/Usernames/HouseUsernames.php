<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Linking\Usernames;

use Latchkey\RelyingParty\Linking\FoldToAscii;
use Latchkey\RelyingParty\Linking\Unicode;

/** As at the issuer: 4 to 20 lower-case letters and digits with single inner hyphens, starting with a letter. */
final class HouseUsernames implements UsernameRules
{
    public function maxLength(): int
    {
        return 20;
    }

    public function shape(string $text): string
    {
        $kept = preg_replace('/[^a-z0-9]+/', '-', Unicode::asciiLowerCase(FoldToAscii::whole($text)));
        return preg_replace(['/^[^a-z]+/', '/-$/D'], '', $kept);
    }

    public function finish(string $text): string
    {
        return str_pad(rtrim($text, '-_. '), 4, '1');
    }

    public function comparisonForm(string $name): string
    {
        return Unicode::asciiLowerCase($name);
    }
}
