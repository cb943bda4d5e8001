<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\SignIn;

use Latchkey\RelyingParty\Cookies\CookieHeader;
use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\SignIn\Attempt;
use Latchkey\RelyingParty\SignIn\AttemptCookies;
use Latchkey\RelyingParty\SignIn\AttemptKind;
use Latchkey\RelyingParty\SignIn\FoundAttemptKind;
use Latchkey\RelyingParty\Test\Support\SealedByTypeScript;
use PHPUnit\Framework\TestCase;

final class AttemptTest extends TestCase
{
    private const NOW = 1_750_000_000;
    private const PREFIX = '__Host-blog-attempt-';

    public function testOpensAnAttemptThatTheTypeScriptCoreBegan(): void
    {
        ['attempt' => $told, 'sealed' => $sealed] = (array) SealedByTypeScript::read()->attempt;
        $attempt = Attempt::open(SealedByTypeScript::sealer('attempt'), $sealed, $told->state);
        self::assertSame(
            [1, 'silent', '/wiki/Zo%C3%AB?a=1', ['AAAA'], 1_750_000_000.5],
            [$attempt->number, $attempt->kind->value, $attempt->returnPath, $attempt->hints, $attempt->begunAt],
        );
        self::assertSame([$told->nonce, $told->codeVerifier], [$attempt->nonce, $attempt->codeVerifier]);
    }

    public function testIsFoundByItsStateInTheBrowserThatBeganIt(): void
    {
        $attempt = $this->begin(now: self::NOW + 0.125);
        $found = $this->attempts()->find($attempt->state, $this->browserWith($attempt), self::NOW + 600);
        self::assertSame(FoundAttemptKind::Attempt, $found->kind);
        self::assertEquals($attempt, $found->attempt);
    }

    public function testIsExpiredAfterTenMinutes(): void
    {
        $attempt = $this->begin();
        $found = $this->attempts()->find($attempt->state, $this->browserWith($attempt), self::NOW + 600);
        self::assertSame(FoundAttemptKind::Expired, $found->kind);
    }

    public function testIsNotFoundInAnotherBrowserNorWhenItsCookieWasSentTwice(): void
    {
        $attempt = $this->begin();
        $line = $this->lineOf($attempt);
        foreach ([null, $this->lineOf($this->begin()), "{$line}; {$line}"] as $header) {
            $found = $this->attempts()->find($attempt->state, new CookieHeader($header), self::NOW);
            self::assertSame(FoundAttemptKind::None, $found->kind);
        }
    }

    public function testIsUnreadableWhereTheStateIsForgedOrTheCookieIsSomebodyElses(): void
    {
        $attempt = $this->begin(2);
        $id = Attempt::idOf($attempt->state);
        $forged = $id . '.' . str_repeat('A', 43);
        $found = $this->attempts()->find($forged, $this->browserWith($attempt), self::NOW);
        self::assertSame([FoundAttemptKind::Unreadable, 2], [$found->kind, $found->number]);
        $tossed = new CookieHeader(self::PREFIX . "{$id}=tossed");
        self::assertSame(
            FoundAttemptKind::Unreadable,
            $this->attempts()->find($attempt->state, $tossed, self::NOW)->kind,
        );
    }

    public function testTakesNoStateOfAnotherForm(): void
    {
        $state = $this->begin()->state;
        foreach (['', 'x', "{$state}\n", "3{$state}", substr($state, 1), str_replace('.', '-', $state)] as $other) {
            self::assertNull(Attempt::idOf($other));
        }
    }

    public function testKeepsFiveAttemptsAndDropsTheOldest(): void
    {
        $attempts = array_map(fn () => $this->begin(), range(1, 5));
        $header = implode('; ', array_map($this->lineOf(...), $attempts));
        $lines = $this->attempts()->keep($this->begin(), new CookieHeader($header));
        self::assertCount(2, $lines);
        self::assertStringStartsWith(self::PREFIX . Attempt::idOf($attempts[0]->state) . '=;', $lines[0]);
        self::assertStringContainsString('Max-Age=86400; Secure; HttpOnly', $lines[1]);
    }

    public function testDropsTheOldestInWhateverOrderTheBrowserSendsThem(): void
    {
        $attempts = array_map(fn (int $minute) => $this->begin(now: self::NOW + 60 * $minute), [4, 3, 0, 2, 1]);
        $header = implode('; ', array_map($this->lineOf(...), $attempts));
        [$dropped] = $this->attempts()->keep($this->begin(), new CookieHeader($header));
        self::assertStringStartsWith(self::PREFIX . Attempt::idOf($attempts[2]->state) . '=;', $dropped);
    }

    public function testTellsByItsIdWhenItBegan(): void
    {
        $id = Attempt::idOf($this->begin(now: self::NOW + 59.5)->state);
        self::assertSame(intdiv(self::NOW + 59, 60) * 60, Attempt::beganAt($id));
        self::assertSame(0, Attempt::beganAt('of somebody else'));
    }

    public function testHasRoomForATripThatGivesWayToOthers(): void
    {
        $header = '';
        for ($tab = 0; $tab < 5; $tab++) {
            self::assertTrue($this->attempts()->hasRoom(new CookieHeader($header), self::NOW));
            $header .= '; ' . $this->lineOf($this->begin());
        }
        self::assertFalse($this->attempts()->hasRoom(new CookieHeader($header), self::NOW));
        $later = self::NOW + Attempt::SECONDS + 120;
        self::assertTrue($this->attempts()->hasRoom(new CookieHeader($header), $later));
        $long = $this->lineOf($this->begin(1, '/' . str_repeat('p', 1000)));
        self::assertFalse($this->attempts()->hasRoom(new CookieHeader("{$long}; " . $this->lineOf(
            $this->begin(1, '/' . str_repeat('p', 1000)),
        )), self::NOW));
    }

    public function testKeepsNoMoreBytesThanAServerTakes(): void
    {
        $attempts = array_map(fn () => $this->begin(1, '/' . str_repeat('p', 1000)), range(1, 3));
        $header = implode('; ', array_map($this->lineOf(...), $attempts));
        $lines = $this->attempts()->keep($this->begin(1, '/' . str_repeat('p', 1000)), new CookieHeader($header));
        self::assertCount(2, $lines, 'three of 1.6 KB and one of these are more than 5000 bytes');
    }

    private function begin(int $number = 1, string $returnPath = '/notes', float $now = self::NOW): Attempt
    {
        return Attempt::begin(AttemptKind::Silent, $returnPath, ['AAAA'], $now, $number);
    }

    private function attempts(): AttemptCookies
    {
        return new AttemptCookies(
            CookieNames::of('blog', 'https://blog.example.org', 'https://accounts.example.org'),
            new CookieWriter('https://blog.example.org'),
            SealedByTypeScript::sealer('attempt'),
        );
    }

    /** The cookie as the browser sends it back. */
    private function lineOf(Attempt $attempt): string
    {
        [$line] = $this->attempts()->keep($attempt, new CookieHeader(null));
        return explode(';', $line)[0];
    }

    private function browserWith(Attempt $attempt): CookieHeader
    {
        return new CookieHeader($this->lineOf($attempt));
    }
}
