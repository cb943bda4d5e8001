<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\SignIn;

use Latchkey\RelyingParty\SignIn\ReturnPath;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class ReturnPathTest extends TestCase
{
    public static function accepted(): iterable
    {
        return Vectors::cases('return-paths', 'accepted');
    }

    public static function refused(): iterable
    {
        return Vectors::cases('return-paths', 'refused');
    }

    /** @dataProvider accepted */
    public function testTakes(stdClass $case): void
    {
        self::assertSame($case->returns, ReturnPath::read($case->path, '/latchkey'));
    }

    /** @dataProvider refused */
    public function testRefuses(stdClass $case): void
    {
        self::assertNull(ReturnPath::read($case->path, '/latchkey'));
    }

    public function testRefusesWhatWasNotSentAndALineBreakAtTheEnd(): void
    {
        self::assertNull(ReturnPath::read(null, '/latchkey'));
        self::assertNull(ReturnPath::read("/notes\n", '/latchkey'));
    }

    public function testNeverLeavesThePathsOfThisOriginWhateverIsSent(): void
    {
        mt_srand(2);
        $odd = ['/', '\\', '.', ':', '@', "\t", "\n", '?', '#', '%2f', '%5c', '%2e', '%2E', 'evil.example', 'latchkey'];
        for ($run = 0; $run < 5_000; $run++) {
            $text = '/';
            for ($part = mt_rand(0, 8); $part > 0; $part--) {
                $text .= $odd[mt_rand(0, count($odd) - 1)];
            }
            $path = ReturnPath::read($text, '/latchkey');
            if ($path !== null) {
                self::assertMatchesRegularExpression('~^/(?!/)[!-\[\]-\~]*$~D', $path);
                self::assertDoesNotMatchRegularExpression('~^/latchkey(/|\?|$)~D', $path);
                self::assertDoesNotMatchRegularExpression('~/(\.|%2e){1,2}(/|\?|$)~Di', explode('?', $path)[0]);
            }
        }
    }
}
