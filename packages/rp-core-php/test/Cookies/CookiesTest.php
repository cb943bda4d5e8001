<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Cookies;

use Latchkey\RelyingParty\Cookies\CookieHeader;
use Latchkey\RelyingParty\Cookies\CookieNames;
use Latchkey\RelyingParty\Cookies\CookieWriter;
use Latchkey\RelyingParty\Cookies\Readable;
use Latchkey\RelyingParty\SignedInState\Hints;
use PHPUnit\Framework\TestCase;

final class CookiesTest extends TestCase
{
    public function testReadsAllValuesInTheirOrderAndKeepsEqualSigns(): void
    {
        $cookies = new CookieHeader("a=1; b=x=y;a=2;\ta=; c; =d");
        self::assertSame(['1', '2', ''], $cookies->values('a'));
        self::assertSame(['x=y'], $cookies->values('b'));
        self::assertSame([], $cookies->values('c'));
        self::assertSame([['a', '']], $cookies->ownWith('a', 9), 'sent more than once');
        self::assertSame([['a', ''], ['b', 'x=y']], $cookies->ownWith('', 2));
        self::assertSame([['a', '']], $cookies->ownWith('', 1));
        self::assertSame([], (new CookieHeader(null))->values('a'));
    }

    public function testTakesACookieThatIsSentTwiceForNobodys(): void
    {
        self::assertSame('1', (new CookieHeader('__Host-a=1'))->own('__Host-a'));
        self::assertNull((new CookieHeader('__Host-a=1; __Host-a=1'))->own('__Host-a'));
    }

    public function testTakesNoOtherSpaceForPartOfTheSeparator(): void
    {
        self::assertNull((new CookieHeader("x=1;\u{A0}__Host-a=1"))->own('__Host-a'));
        self::assertNull((new CookieHeader("x=1;\x0B__Host-a=1"))->own('__Host-a'));
    }

    public function testNamesAndWritesCookiesOfAnHttpsApplicationForThisHostAlone(): void
    {
        $names = CookieNames::of('blog', 'https://blog.example.org', 'https://accounts.example.org');
        self::assertSame('__Host-blog-attempt-', $names->attemptPrefix);
        self::assertSame('__Secure-latchkey-hint', $names->hint);
        $writer = new CookieWriter('https://blog.example.org');
        self::assertSame(
            '__Host-blog-here=v; Path=/; Max-Age=60; Secure; SameSite=Lax',
            $writer->set($names->marker, 'v', 60.9, Readable::ByScripts),
        );
        self::assertSame(
            '__Host-blog-session=v; Path=/; Secure; HttpOnly; SameSite=Lax',
            $writer->set($names->session, 'v', null, Readable::ByServers),
        );
        self::assertSame('a=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax', $writer->clear('a'));
    }

    public function testNamesCookiesOnLoopbackHttpWithoutPrefix(): void
    {
        $names = CookieNames::of('blog', 'http://127.0.0.1:8080', 'http://localhost:3000');
        self::assertSame(['blog-here', 'latchkey-hint'], [$names->marker, $names->hint]);
        self::assertStringNotContainsString('Secure', (new CookieWriter('http://127.0.0.1:8080'))->clear('a'));
    }

    public function testReadsEachHintOnceAndNothingThatIsNone(): void
    {
        $long = str_repeat('x', 33);
        $cookies = new CookieHeader("h=AAAA; h=BBBB; h=AAAA; h=; h=<b>; h={$long}; h=a.b");
        self::assertSame(['AAAA', 'BBBB'], Hints::read($cookies, 'h'));
        self::assertSame("AAAA,BBBB,AAAA,,<b>,{$long},a.b|m", Hints::browserState($cookies, 'h', 'm'));
    }

    public function testCountsTheLastTenHints(): void
    {
        $hints = array_map(fn (int $number) => "hint{$number}", range(1, 12));
        $cookies = new CookieHeader(implode('; ', array_map(fn (string $hint) => "h={$hint}", $hints)));
        self::assertSame(array_slice($hints, 2), Hints::read($cookies, 'h'));
    }
}
