<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\SignedInState;

use Latchkey\RelyingParty\SignedInState\PageVisit;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class PageVisitTest extends TestCase
{
    public static function may(): iterable
    {
        return Vectors::cases('when-to-start', 'may');
    }

    public static function mayNot(): iterable
    {
        return Vectors::cases('when-to-start', 'may_not');
    }

    /** @dataProvider may */
    public function testMayBeRedirected(stdClass $case): void
    {
        self::assertTrue(PageVisit::mayBeRedirected($case->method, (array) $case->headers));
    }

    /** @dataProvider mayNot */
    public function testMayNotBeRedirected(stdClass $case): void
    {
        self::assertFalse(PageVisit::mayBeRedirected($case->method, (array) $case->headers));
    }
}
