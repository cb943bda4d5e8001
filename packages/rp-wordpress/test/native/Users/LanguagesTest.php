<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Test\Users;

use Latchkey\WordPress\Users\Languages;
use PHPUnit\Framework\TestCase;

final class LanguagesTest extends TestCase
{
    private const INSTALLED = ['en_US', 'de_CH_informal', 'de_DE', 'fr_FR', 'fi'];

    public function testTakesTheOneThatIsWrittenSo(): void
    {
        self::assertSame('de_DE', Languages::choose('de-DE', self::INSTALLED));
        self::assertSame('de_DE', Languages::choose('DE-de', self::INSTALLED));
        self::assertSame('fi', Languages::choose('fi', self::INSTALLED));
    }

    public function testTakesElseTheFirstOfTheLanguage(): void
    {
        self::assertSame('fr_FR', Languages::choose('fr', self::INSTALLED));
        self::assertSame('en_US', Languages::choose('en-GB', self::INSTALLED));
        self::assertSame('de_CH_informal', Languages::choose('de-AT', self::INSTALLED));
    }

    public function testTakesNoneWhereNoneFits(): void
    {
        self::assertNull(Languages::choose('es', self::INSTALLED));
        self::assertNull(Languages::choose('f', self::INSTALLED));
        self::assertNull(Languages::choose('fil', self::INSTALLED));
    }
}
