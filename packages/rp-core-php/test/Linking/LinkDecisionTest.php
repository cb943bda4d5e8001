<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Linking;

use Latchkey\RelyingParty\Linking\AdoptionCandidate;
use Latchkey\RelyingParty\Linking\AdoptSetting;
use Latchkey\RelyingParty\Linking\LinkDecision;
use Latchkey\RelyingParty\Linking\LinkDecisionKind;
use Latchkey\RelyingParty\Linking\LinkFacts;
use Latchkey\RelyingParty\Linking\LinkState;
use Latchkey\RelyingParty\Linking\ProofStanding;
use Latchkey\RelyingParty\Linking\ProofWay;
use Latchkey\RelyingParty\Linking\SignInManner;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class LinkDecisionTest extends TestCase
{
    public static function cases(): iterable
    {
        return Vectors::cases('linking', 'linked', 'new', 'adopted', 'asked', 'waiting', 'not adopted');
    }

    /** @dataProvider cases */
    public function testDecidesAsTheVectorsSay(stdClass $case): void
    {
        $decision = LinkDecision::decide(self::facts($case->facts));
        // What is null says nothing, as what is left out in the vectors.
        $told = array_filter((array) json_decode(json_encode($decision)), fn ($member) => $member !== null);
        self::assertEquals((array) $case->decision, $told);
    }

    public function testAdoptsOnlyWhatMayBeAdoptedAndRefusesNobodyWithoutALinkWhateverTheFacts(): void
    {
        mt_srand(4);
        $any = fn (mixed ...$values) => $values[mt_rand(0, count($values) - 1)];
        $yes = fn () => mt_rand(0, 1) === 1;
        $candidate = fn () => new AdoptionCandidate($any('7', '8'), $yes(), $yes(), $yes(), $yes());
        $adopted = 0;
        for ($run = 0; $run < 5_000; $run++) {
            $facts = new LinkFacts(
                LinkState::none(),
                $any(...SignInManner::cases()),
                1000,
                $yes(),
                $any([], [$candidate()], [$candidate()], [$candidate(), $candidate()]),
                $yes(),
                $any(...AdoptSetting::cases()),
                $any([], [ProofWay::Password], [ProofWay::Mail], ProofWay::cases()),
                $any(
                    ProofStanding::none(),
                    ProofStanding::declined($any('7', '8')),
                    ProofStanding::proved($any('7', '8'), $any(...ProofWay::cases())),
                ),
            );
            $decision = LinkDecision::decide($facts);
            self::assertNotSame(LinkDecisionKind::Refuse, $decision->kind);
            if ($facts->how === SignInManner::Silent) {
                self::assertNotContains($decision->kind, [LinkDecisionKind::Adopt, LinkDecisionKind::AskProof]);
            }
            if ($decision->kind === LinkDecisionKind::Adopt) {
                $adopted++;
                [$one] = $facts->sameEmail;
                self::assertCount(1, $facts->sameEmail);
                self::assertSame($one->localUserId, $decision->localUserId);
                self::assertFalse($one->everLinked || $one->hasElevatedRights || $one->disabled);
                self::assertTrue($facts->emailVerified && $facts->adopt !== AdoptSetting::Never);
                $isProved = $facts->proof->standing === 'proved' && $facts->proof->localUserId === $one->localUserId;
                $isMigrated = $facts->adopt === AdoptSetting::VerifiedEmail && $one->emailConfirmed;
                self::assertTrue($isProved || $isMigrated);
            }
        }
        self::assertGreaterThan(5, $adopted);
    }

    private static function facts(stdClass $change): LinkFacts
    {
        $vectors = Vectors::read('linking');
        $facts = (object) [...(array) $vectors->usual, ...(array) $change];
        $link = $facts->link;
        $proof = $facts->proof;
        return new LinkFacts(
            match ($link->state) {
                'none' => LinkState::none(),
                'closed' => LinkState::closed(),
                'open' => LinkState::open($link->localUser, $link->disabledAtSeconds ?? null),
            },
            SignInManner::from($facts->how),
            $facts->issuedAtSeconds,
            $facts->emailVerified,
            array_map(
                fn (string $name) => new AdoptionCandidate(...(array) $vectors->candidates->{$name}),
                $facts->sameEmail,
            ),
            $facts->usernameHeld,
            AdoptSetting::from($facts->adopt),
            array_map(ProofWay::from(...), $facts->proofWays),
            match ($proof->standing) {
                'none' => ProofStanding::none(),
                'declined' => ProofStanding::declined($proof->localUserId),
                'proved' => ProofStanding::proved($proof->localUserId, ProofWay::from($proof->way)),
            },
        );
    }
}
