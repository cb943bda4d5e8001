<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Linking;

use PHPUnit\Framework\TestCase;

/** Hosts that have neither ext-intl nor ext-mbstring. */
final class WithoutIntlTest extends TestCase
{
    public function testGivesNamesThatFitWithoutNormalFormsAndLetsNothingElseThrough(): void
    {
        $names = $this->php(<<<'PHP'
            $subject = new Latchkey\RelyingParty\Linking\Subject('https://accounts.example.org', 'a11ce');
            $rule = Latchkey\RelyingParty\Linking\UsernameRule::WordPress;
            foreach (['alice', 'Zoë', 'ａｄｍｉｎ', '@bob', 'me＠example.org'] as $wish) {
                foreach (Latchkey\RelyingParty\Linking\LocalUsername::candidates($rule, $subject, $wish) as $name) {
                    echo $name, ' ';
                    break;
                }
            }
            echo class_exists('Normalizer') || function_exists('mb_strlen') ? 'not without' : 'without';
            PHP);
        self::assertSame('alice user-90cd2786 user-90cd2786 bob user-90cd2786 without', $names);
    }

    public function testReadsClaimsAndSealsWithoutThem(): void
    {
        $output = $this->php(<<<'PHP'
            $subject = new Latchkey\RelyingParty\Linking\Subject('https://accounts.example.org', 'a11ce');
            $claims = (object) ['sub' => 'a11ce', 'name' => ' Zoë ', 'groups' => ["\u{200B}", 'ü']];
            $profile = Latchkey\RelyingParty\Linking\ProfileClaims::read($claims, $subject);
            $sealer = new Latchkey\RelyingParty\Secrets\Sealer(str_repeat('x', 32), 'p');
            echo $sealer->open($sealer->seal($profile->name . '|' . implode(',', $profile->groups), 'c'), 'c');
            PHP);
        self::assertSame('Zoë|ü', $output);
    }

    private function php(string $program): string
    {
        $autoload = var_export(dirname(__DIR__, 2) . '/src/autoload.php', true);
        $command = [PHP_BINARY, '-n', '-d', 'error_reporting=-1', '-r', "require {$autoload}; {$program}"];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['redirect', 1]], $pipes);
        $output = stream_get_contents($pipes[1]);
        proc_close($process);
        return $output;
    }
}
