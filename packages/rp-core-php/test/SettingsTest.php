<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test;

use Latchkey\RelyingParty\Settings;
use PHPUnit\Framework\TestCase;

final class SettingsTest extends TestCase
{
    private const GOOD = [
        'issuer' => 'https://accounts.example.org', 'clientId' => 'blog', 'clientSecret' => 's',
        'origin' => 'https://blog.example.org', 'redirectUri' => 'https://blog.example.org/latchkey/callback',
        'ownPath' => '/latchkey', 'cookieSecret' => '0123456789abcdef0123456789abcdef', 'cookieWord' => 'blog',
    ];

    /** @dataProvider unusable */
    public function testNamesTheFirstSettingThatCannotBeUsed(string $name, string $value): void
    {
        $this->expectException(\RangeException::class);
        $this->expectExceptionMessageMatches("/^{$name}/");
        new Settings(...[...self::GOOD, $name => $value]);
    }

    public static function unusable(): iterable
    {
        $values = [
            'issuer' => ['http://accounts.example.org', 'http://127.0.0.1.example', 'http://localhost.example',
                'http://localhost@x.example', 'ftp://x', 'https://', '', 'https://a@b', 'http://xlocalhost'],
            'origin' => ['http://blog.example.org', 'https://blog.example.org/', 'https://blog.example.org/x',
                'https://Blog.example.org', "https://blog.example.org\n"],
            'redirectUri' => ['https://blog.example.org.attacker.example/x', 'https://blog.example.org',
                'https://blog.example.org/#x', '/latchkey/callback'],
            'ownPath' => ['/', 'latchkey', '/latchkey/', ''],
            'cookieSecret' => ['short'],
            'cookieWord' => ['', 'Blog', '-blog', 'b;log', "blog\n"],
        ];
        foreach ($values as $name => $list) {
            foreach ($list as $value) {
                yield "{$name} " . json_encode($value) => [$name, $value];
            }
        }
    }

    public function testTakesLoopbackHttpForDevelopment(): void
    {
        foreach (['http://localhost:3000', 'http://accounts.localhost', 'http://127.0.0.2:1', 'http://[::1]'] as $url) {
            $settings = new Settings(...[...self::GOOD, 'issuer' => $url]);
            self::assertSame($url, $settings->issuer);
        }
    }
}
