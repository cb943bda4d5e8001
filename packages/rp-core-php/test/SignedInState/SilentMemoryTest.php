<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\SignedInState;

use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\SignedInState\SignedInStateLimits;
use Latchkey\RelyingParty\SignedInState\SilentMemory;
use Latchkey\RelyingParty\Test\Support\SealedByTypeScript;
use PHPUnit\Framework\TestCase;

final class SilentMemoryTest extends TestCase
{
    public function testOpensWhatTheTypeScriptCoreSealedWithoutWhatHasPassed(): void
    {
        $sealer = SealedByTypeScript::sealer('silent memory');
        $memory = SilentMemory::open($sealer, SealedByTypeScript::read()->silentMemory->sealed, 1_749_999_999.5);
        self::assertSame([['hint' => 'AAAA', 'until' => 2_000_000_000]], $memory->tried);
        self::assertSame([1_749_999_000], $memory->departures);
        self::assertSame([['hint' => 'CCCC', 'until' => 2_000_000_000]], $memory->signedOut);
        self::assertSame([['name' => 'EEEEEEEEEEEEEEEE', 'until' => 2_000_000_000]], $memory->signedOutOf);
        self::assertSame([1_749_999_500.25, true], [$memory->signedOutAt, $memory->onlyByClick]);
    }

    public function testComesBackAsItWasSealed(): void
    {
        $sealer = SealedByTypeScript::sealer('silent memory');
        $memory = (new SilentMemory())->withTried(['A', 'B'], 200)->withDeparture(90)->withDeparture(95)
            ->withSignedOut(['C'], self::session(), true, 80.125);
        self::assertEquals($memory, SilentMemory::open($sealer, $memory->seal($sealer), 100));
        self::assertSame([95.0, 90.0], $memory->departures);
    }

    public function testIsEmptyWithoutACookieOfOurs(): void
    {
        $sealer = SealedByTypeScript::sealer('silent memory');
        $other = (new SilentMemory())->withDeparture(1)->seal(SealedByTypeScript::sealer('attempt'));
        foreach ([null, '', 'forged', $other] as $cookie) {
            self::assertEquals(new SilentMemory(), SilentMemory::open($sealer, $cookie, 100));
        }
    }

    public function testKeepsTheLaterEndOfAHintAndTenHints(): void
    {
        $memory = (new SilentMemory())->withTried(['A'], 500)->withTried(['A', 'B'], 200);
        self::assertSame([['hint' => 'A', 'until' => 500], ['hint' => 'B', 'until' => 200]], $memory->tried);
        self::assertSame([['hint' => 'B', 'until' => 200]], $memory->withSignedIn('A')->tried);
        self::assertSame($memory->tried, $memory->withSignedIn(null)->tried);
        $many = $memory->withTried(array_map(fn (int $n) => "h{$n}", range(1, 9)), 300);
        self::assertSame(['h9', 'A'], array_column(array_slice($many->tried, 8), 'hint'));
    }

    public function testRemembersASignOutHereUntilTheySignInAgain(): void
    {
        $memory = (new SilentMemory())->withSignedOut(['A', 'B'], self::session(), true, 1000);
        self::assertTrue($memory->onlyByClick);
        self::assertSame(['A', 'B'], array_column($memory->quietHints(), 'hint'));
        self::assertSame(1000.0 + 400 * 86_400, $memory->signedOut[0]['until']);
        self::assertTrue($memory->undoesSignOut(1000, 'X', 'b0b', 'sid-9'), 'a trip that was under way');
        self::assertTrue($memory->undoesSignOut(1001, 'A', 'b0b', 'sid-9'), 'a hint that was there');
        self::assertTrue($memory->undoesSignOut(1001, 'X', 'a11ce', 'sid-1'), 'what the person signed out of');
        self::assertFalse($memory->undoesSignOut(1001, 'X', 'a11ce', 'sid-2'), 'another session of theirs');
        self::assertFalse($memory->undoesSignOut(1001, null, 'a11ce', null));
        $again = $memory->withSignedIn('A');
        self::assertFalse($again->onlyByClick);
        self::assertFalse($again->undoesSignOut(1001, 'B', 'a11ce', 'sid-1'));
        self::assertTrue($again->undoesSignOut(1000, 'B', 'a11ce', 'sid-1'), 'but for trips that are older');
        self::assertFalse((new SilentMemory())->undoesSignOut(0, null, 'a11ce', null));
    }

    public function testWaitsForNoClickWhereTheIssuerWasToldButIsSignedOutAllTheSame(): void
    {
        $memory = (new SilentMemory())->withSignedOut(['A'], self::session(), true, 1000)
            ->withSignedOut(['A'], self::session(), false, 2000);
        self::assertFalse($memory->onlyByClick);
        self::assertTrue($memory->undoesSignOut(2001, 'X', 'a11ce', 'sid-1'));
    }

    public function testTellsATripFromASignOutInTheSameSecond(): void
    {
        $memory = (new SilentMemory())->withSignedOut([], self::session(), true, 1000.5);
        self::assertTrue($memory->undoesSignOut(1000.25, 'X', 'b0b', 'sid-9'));
        self::assertFalse($memory->undoesSignOut(1000.75, 'X', 'b0b', 'sid-9'));
    }

    public function testNamesWhatWasSignedOutOfAsTheTypeScriptCoreDoes(): void
    {
        $names = SealedByTypeScript::read()->signedOutOf->names;
        foreach (['sid-1', null] as $at => $sid) {
            $session = self::session()->with(['sid' => $sid]);
            $memory = (new SilentMemory())->withSignedOut([], $session, true, 1000);
            self::assertSame($names[$at], $memory->signedOutOf[0]['name']);
        }
    }

    public function testWaitsForAClickThoughNobodyKnowsWhatWasSignedOutOf(): void
    {
        $memory = (new SilentMemory())->withSignedOut(['A'], null, true, 1000);
        self::assertTrue($memory->onlyByClick);
        self::assertCount(1, $memory->signedOutOf, 'and is remembered as long as any other');
        self::assertFalse($memory->undoesSignOut(1001, 'X', 'a11ce', 'sid-1'));
    }

    public function testLetsNoForgedHintsPushASignOutOff(): void
    {
        $many = array_map(fn (int $n) => "h{$n}", range(1, 30));
        $memory = (new SilentMemory())->withSignedOut(['own', ...$many], self::session(), true, 1000)
            ->withTried($many, 5000);
        self::assertSame(['own', ...array_slice($many, 0, 9)], array_column($memory->signedOut, 'hint'));
        self::assertTrue($memory->undoesSignOut(2000, 'h30', 'a11ce', 'sid-1'));
        foreach (range(1, 4) as $number) {
            $memory = $memory->withSignedOut([], self::session()->with(['sid' => "other-{$number}"]), true, 2000);
        }
        self::assertTrue($memory->undoesSignOut(3000, null, 'a11ce', 'sid-1'));
        $memory = $memory->withSignedOut([], self::session()->with(['sid' => 'other-5']), true, 2000);
        self::assertCount(5, $memory->signedOutOf);
    }

    public function testRestsAfterAFaultWhateverTheHints(): void
    {
        $memory = (new SilentMemory())->withRest(new SignedInStateLimits(), 1060);
        self::assertSame(array_fill(0, 6, 460), $memory->departures);
        $memory = new SilentMemory();
        for ($trip = 0; $trip < 30; $trip++) {
            $memory = $memory->withDeparture($trip);
        }
        self::assertCount(20, $memory->departures);
    }

    private static function session(): LocalSession
    {
        return new LocalSession(
            'hash',
            'https://accounts.example.org',
            'a11ce',
            'sid-1',
            'user-1',
            null,
            [],
            'sealed',
            null,
            null,
            1000,
            1000,
            false,
            9000,
        );
    }
}
