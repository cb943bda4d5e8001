<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Test\Config;

use Latchkey\WordPress\Config\RoleMapping;
use PHPUnit\Framework\TestCase;

final class RoleMappingTest extends TestCase
{
    public function testReadsOneMappingALineOrBetweenSemicolons(): void
    {
        $mapping = RoleMapping::read("staff = editor\r\n heads=administrator ; staff = author\n12 = author");
        self::assertSame(['editor', 'author'], RoleMapping::decide($mapping, ['staff'])['give']);
        self::assertSame(['author'], RoleMapping::decide($mapping, ['12'])['give']);
        self::assertSame(['administrator'], RoleMapping::decide($mapping, ['heads'])['give']);
    }

    public function testReadsAGroupWithAnEqualsSign(): void
    {
        self::assertSame(['editor'], RoleMapping::decide(RoleMapping::read('a=b = editor'), ['a=b'])['give']);
    }

    public function testTakesNothingFromALineThatIsNoMapping(): void
    {
        foreach (['', 'staff', '= editor', 'staff =', 'staff = Editor!', 'staff = ed itor'] as $text) {
            self::assertSame([], RoleMapping::read($text), $text);
        }
    }

    public function testTakesTheRolesThatAreNamedAndNotGiven(): void
    {
        $mapping = RoleMapping::read("staff = editor\nheads = administrator\nothers = editor");
        self::assertSame(['administrator'], RoleMapping::decide($mapping, ['staff'])['take']);
        self::assertEqualsCanonicalizing(['editor', 'administrator'], RoleMapping::decide($mapping, [])['take']);
        self::assertSame([], RoleMapping::decide($mapping, ['others', 'heads', 'unknown'])['take']);
    }

    public function testComparesGroupsCharacterByCharacter(): void
    {
        $mapping = RoleMapping::read('staff = administrator');
        self::assertSame([], RoleMapping::decide($mapping, ['Staff', 'staff '])['give']);
    }
}
