<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Secrets;

use Latchkey\RelyingParty\Secrets\FormTokens;
use Latchkey\RelyingParty\Secrets\Sealer;
use Latchkey\RelyingParty\Test\Support\SealedByTypeScript;
use PHPUnit\Framework\TestCase;

final class SealerTest extends TestCase
{
    public function testOpensWhatTheTypeScriptCoreSealed(): void
    {
        ['purpose' => $purpose, 'context' => $context, 'text' => $text, 'sealed' => $sealed]
            = (array) SealedByTypeScript::read()->text;
        self::assertSame($text, SealedByTypeScript::sealer($purpose)->open($sealed, $context));
    }

    public function testOpensWhatItSealedAndSealsTheSameTextDifferentlyEachTime(): void
    {
        $sealer = SealedByTypeScript::sealer('tokens');
        foreach (['', 'a', str_repeat('☕', 2000)] as $text) {
            self::assertSame($text, $sealer->open($sealer->seal($text, 'here'), 'here'));
        }
        self::assertNotSame($sealer->seal('a', 'here'), $sealer->seal('a', 'here'));
    }

    public function testOpensNothingOfAnotherContextPurposeOrSecret(): void
    {
        $sealed = SealedByTypeScript::sealer('tokens')->seal('text', 'session 1');
        self::assertNull(SealedByTypeScript::sealer('tokens')->open($sealed, 'session 2'));
        self::assertNull(SealedByTypeScript::sealer('attempt')->open($sealed, 'session 1'));
        self::assertNull((new Sealer(str_repeat('x', 32), 'tokens'))->open($sealed, 'session 1'));
    }

    public function testOpensNothingThatWasChangedOrCut(): void
    {
        $sealer = SealedByTypeScript::sealer('tokens');
        $sealed = $sealer->seal('text', 'here');
        for ($at = 0; $at < strlen($sealed); $at++) {
            $changed = $sealed;
            $changed[$at] = $sealed[$at] === 'A' ? 'Q' : 'A';
            // The last character has bits that say nothing.
            if ($at < strlen($sealed) - 1) {
                self::assertNull($sealer->open($changed, 'here'));
            }
            self::assertNull($sealer->open(substr($sealed, 0, $at), 'here'));
        }
        foreach (["{$sealed}\n", "{$sealed}=", "{$sealed}A", '', '*', "\0"] as $text) {
            self::assertNull($sealer->open($text, 'here'));
        }
    }

    public function testRefusesAShortSecret(): void
    {
        $this->expectException(\RangeException::class);
        new Sealer(str_repeat('x', 31), 'tokens');
    }

    public function testTakesTheFormTokensOfTheTypeScriptCoreAndNoOthers(): void
    {
        ['application' => $application, 'owner' => $owner, 'token' => $token]
            = (array) SealedByTypeScript::read()->formToken;
        $tokens = new FormTokens(SealedByTypeScript::secret(), $application);
        self::assertTrue($tokens->isGood($owner, $token));
        self::assertTrue($tokens->isGood($owner, $tokens->tokenFor($owner)));
        self::assertNotSame($tokens->tokenFor($owner), $tokens->tokenFor($owner), 'each looks different');
        $elsewhere = new FormTokens(SealedByTypeScript::secret(), 'https://wiki.example.org wiki');
        $others = [null, '', "{$token}\n", substr($token, 1), substr($token, 4), "{$token}AAAA", str_repeat('A', 86),
            $tokens->tokenFor('another'), $elsewhere->tokenFor($owner)];
        foreach ($others as $at => $other) {
            self::assertFalse($tokens->isGood($owner, $other), (string) $at);
        }
    }
}
