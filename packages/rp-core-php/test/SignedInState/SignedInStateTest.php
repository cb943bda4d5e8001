<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\SignedInState;

use Latchkey\RelyingParty\SignedInState\SessionFacts;
use Latchkey\RelyingParty\SignedInState\SignedInState;
use Latchkey\RelyingParty\SignedInState\SignedInStateFacts;
use Latchkey\RelyingParty\SignedInState\SignedInStateLimits;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class SignedInStateTest extends TestCase
{
    public static function cases(): iterable
    {
        return Vectors::cases('signed-in-state', 'anonymous', 'silent', 'heartbeat', 'keep');
    }

    /** @dataProvider cases */
    public function testDecidesAsTheVectorsSay(stdClass $case): void
    {
        self::assertSame($case->state, SignedInState::decide(self::facts($case->facts))->value);
    }

    public function testNeverSendsOffWhoMayNotBeAndNeverUsesASessionPastItsEnd(): void
    {
        mt_srand(1);
        $any = fn (mixed ...$values) => $values[mt_rand(0, count($values) - 1)];
        for ($run = 0; $run < 5000; $run++) {
            $now = 1_000_000.0;
            $session = $any(null, new SessionFacts(
                $any(null, 'AAAA', 'BBBB'),
                $any([], ['AAAA'], ['CCCC']),
                $now - mt_rand(0, 50_000),
                $now + mt_rand(-10, 10),
                $any(null, $now - 1, $now + 1, $now - 400),
                $any(true, false),
            ));
            $departures = array_fill(0, mt_rand(0, 8), $now - mt_rand(0, 700));
            $facts = new SignedInStateFacts(
                $now,
                $any([], ['AAAA'], ['AAAA', 'BBBB'], ['CCCC']),
                $session,
                $any([], [['hint' => 'AAAA', 'until' => $now + mt_rand(-5, 5)]]),
                $departures,
                $any(true, false),
                $any(true, false),
            );
            $state = SignedInState::decide($facts);
            $recent = count(array_filter($departures, fn ($at) => $at > $now - 600));
            if ($state === SignedInState::Silent) {
                self::assertTrue($facts->redirectable && $facts->issuerReachable && $recent < 6);
                self::assertTrue($facts->hints !== [] || $session !== null);
            }
            $uses = $state === SignedInState::Keep || $state === SignedInState::Heartbeat;
            self::assertTrue(!$uses || ($session !== null && $session->expiresAt > $now));
            if ($state === SignedInState::Keep) {
                $spentFor = $now - ($session->accessTokenExpiresAt ?? $now + 1);
                self::assertLessThan($spentFor >= 0 ? 43_200 : 300, $now - $session->provedAt);
                self::assertTrue(!$facts->issuerReachable || ($spentFor < 300 && !$session->distrusted));
            }
        }
    }

    public function testRefusesLimitsThatWouldSendBrowsersOffAgainAndAgain(): void
    {
        $this->expectExceptionMessage('silentTrips must be 0 to 10');
        new SignedInStateLimits(silentTrips: 11);
    }

    private static function facts(stdClass $facts): SignedInStateFacts
    {
        $session = $facts->session ?? null;
        return new SignedInStateFacts(
            $facts->now,
            $facts->hints,
            $session === null ? null : new SessionFacts(
                $session->hint ?? null,
                $session->foreignHints,
                $session->provedAt,
                $session->expiresAt,
                $session->accessTokenExpiresAt ?? null,
                $session->distrusted ?? false,
            ),
            array_map(fn (stdClass $tried) => (array) $tried, $facts->tried),
            $facts->departures,
            $facts->redirectable,
            $facts->issuerReachable,
        );
    }
}
