<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Test\Config;

use Latchkey\WordPress\Config\Place;
use PHPUnit\Framework\TestCase;

final class PlaceTest extends TestCase
{
    public function testNamesAddressesBelowTheHome(): void
    {
        $place = Place::of('https://Blog.Example.org', '/%postname%/');
        self::assertSame('https://blog.example.org/latchkey/callback', $place->url('callback'));
        self::assertSame('/', $place->home());
        self::assertSame('/latchkey/start?to=%2Fa%3Fb%3D1', $place->start('/a?b=1'));
    }

    public function testNamesIndexPhpWhereTheWebServerMayHandNothingElseOver(): void
    {
        foreach (['', '/index.php/%postname%/'] as $permalinks) {
            $place = Place::of('https://example.org/blog/', $permalinks);
            self::assertSame('https://example.org/blog/index.php/latchkey/events', $place->url('events'));
            self::assertSame('/blog/', $place->home());
        }
    }

    public function testKeepsAPortThatIsNotTheUsualOne(): void
    {
        self::assertSame('https://example.org:8443', Place::of('https://example.org:8443', '/%postname%/')->origin);
        self::assertSame('https://example.org', Place::of('https://example.org:443/', '/%postname%/')->origin);
        self::assertSame('http://localhost:443', Place::of('http://localhost:443/', '/%postname%/')->origin);
    }

    public function testAnswersBothFormsAndNothingElse(): void
    {
        $place = Place::of('https://example.org/blog', '/%postname%/');
        self::assertSame('start', $place->endpointOf('/blog/latchkey/start'));
        self::assertSame('sign-out', $place->endpointOf('/blog/index.php/latchkey/sign-out'));
        $others = [
            '/latchkey/start', '/blog/latchkey', '/blog/latchkey/', '/blog/latchkey/start/', '/blog/latchkey/other',
            '/blog/latchkey/start%2f', '/blog//latchkey/start', '/blog/a/latchkey/start', '/blog/latchkey/Start',
        ];
        foreach ($others as $path) {
            self::assertNull($place->endpointOf($path), $path);
        }
    }

    public function testTakesPathsOfThisSiteAlone(): void
    {
        $place = Place::of('https://example.org', '/%postname%/');
        self::assertSame('/wp-admin/?a=b', $place->pathOf('https://example.org/wp-admin/?a=b'));
        self::assertSame('/wp-admin/', $place->pathOf('/wp-admin/'));
        foreach (['https://example.org.evil.test/', 'https://evil.test/', 'javascript:alert(1)', ''] as $address) {
            self::assertNull($place->pathOf($address), $address);
        }
    }
}
