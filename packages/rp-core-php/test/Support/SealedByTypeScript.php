<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Support;

use Latchkey\RelyingParty\Secrets\Sealer;
use stdClass;

/** What the TypeScript core sealed with the secret of the tests. */
final class SealedByTypeScript
{
    public static function read(): stdClass
    {
        $text = file_get_contents(__DIR__ . '/../Secrets/sealed-by-typescript.json');
        return json_decode($text, false, 16, JSON_THROW_ON_ERROR);
    }

    public static function secret(): string
    {
        return implode('', array_map('chr', range(0, 31)));
    }

    public static function sealer(string $purpose): Sealer
    {
        return new Sealer(self::secret(), $purpose);
    }
}
