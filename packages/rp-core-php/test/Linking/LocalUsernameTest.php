<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Linking;

use Latchkey\RelyingParty\Linking\LocalUsername;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Linking\UsernameRule;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class LocalUsernameTest extends TestCase
{
    /** What each application takes, written again from its own description. */
    private const TAKEN = [
        'house' => '/^(?=.{4,20}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/D',
        'wordpress' => '/^(?! )(?!.*  )(?=.*\D)[A-Za-z0-9 _.-]{1,50}(?<! )$/D',
        'mediawiki' => '/^(?![ a-z])(?!.*(  |[#<>[\]{}|\/@:_~*\p{Cc}\p{Cf}\p{Co}\p{Cs}]))(?!\.{1,2}$)'
            . '(?!\d{1,3}(\.\d{1,3}){2}\.(\d{1,3}|xxx)$).+(?<! )$/Dsu',
        'discourse' => '/^(?!.*[-_.]{2})(?!.*\.(js|json|css|htm|html|xml|jpg|jpeg|png|gif|bmp|ico|tif|tiff|woff)$)'
            . '[A-Za-z0-9_][A-Za-z0-9_.-]{1,18}[A-Za-z0-9]$/Di',
    ];

    public static function cases(): iterable
    {
        return Vectors::cases('local-usernames', 'unchanged', 'mapped', 'numbered', 'replaced');
    }

    /** @dataProvider cases */
    public function testChoosesTheNameOfTheVectors(stdClass $case): void
    {
        $rule = UsernameRule::from($case->rule);
        $chosen = LocalUsername::choose($rule, self::person(), $case->preferredUsername ?? null, $case->taken);
        self::assertSame([$case->username, $case->differs], [$chosen->username, $chosen->differs]);
    }

    public function testGivesOnlyNamesThatTheApplicationTakesEachOnceWhateverIsWished(): void
    {
        mt_srand(3);
        $marks = preg_split('//u', 'abcxyzABZ019-_. @#/:[~*äßİжｇ😀α' . "\u{200B}\u{301}\n", -1, PREG_SPLIT_NO_EMPTY);
        $words = ['admin', 'System', 'web-master', 'alice.png', '10.0.0.1', 'me@example.org', '', "\xff",
            str_repeat('ж', 200)];
        for ($run = 0; $run < 100; $run++) {
            $wish = $words[$run] ?? '';
            for ($length = isset($words[$run]) ? 0 : mt_rand(0, 60); $length > 0; $length--) {
                $wish .= $marks[mt_rand(0, count($marks) - 1)];
            }
            foreach (UsernameRule::cases() as $rule) {
                $subject = new Subject('https://accounts.example.org', "sub-{$run}");
                $names = [...LocalUsername::candidates($rule, $subject, $wish)];
                foreach ($names as $name) {
                    self::assertMatchesRegularExpression(self::TAKEN[$rule->value], $name);
                    self::assertLessThanOrEqual(235, strlen($name));
                }
                self::assertSame($names, array_values(array_unique($names)));
                self::assertLessThanOrEqual(198, count($names));
                self::assertSame($names, [...LocalUsername::candidates($rule, $subject, $wish)]);
            }
        }
    }

    public function testGivesNothingWhereEveryCandidateIsTaken(): void
    {
        $all = [...LocalUsername::candidates(UsernameRule::House, self::person(), 'alice')];
        self::assertNull(LocalUsername::choose(UsernameRule::House, self::person(), 'alice', $all));
    }

    private static function person(): Subject
    {
        ['issuer' => $issuer, 'sub' => $sub] = (array) Vectors::read('local-usernames')->usual;
        return new Subject($issuer, $sub);
    }
}
