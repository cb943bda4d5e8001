<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Linking;

use Latchkey\RelyingParty\Linking\AdoptionPage;
use Latchkey\RelyingParty\Linking\AdoptionProof;
use Latchkey\RelyingParty\Linking\EmailAddress;
use Latchkey\RelyingParty\Linking\LocalDescription;
use Latchkey\RelyingParty\Linking\ProofEvent;
use Latchkey\RelyingParty\Linking\ProofOutcome;
use Latchkey\RelyingParty\Linking\ProofQuestion;
use Latchkey\RelyingParty\Linking\ProofWay;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class AdoptionProofTest extends TestCase
{
    public static function courses(): iterable
    {
        return Vectors::cases('adoption-proof', 'proved', 'declined', 'not proved', 'asked again');
    }

    public static function pages(): iterable
    {
        return Vectors::cases('adoption-proof', 'pages');
    }

    public static function masked(): iterable
    {
        return Vectors::cases('adoption-proof', 'masked');
    }

    /** @dataProvider courses */
    public function testTakesTheCourseOfTheVectors(stdClass $case): void
    {
        self::assertNotNull($this->take($case->steps));
    }

    /** @dataProvider pages */
    public function testShowsThePageOfTheVectors(stdClass $case): void
    {
        $localUser = new LocalDescription($case->localUser->username, $case->localUser->email ?? null);
        $page = AdoptionPage::of($this->take($case->steps), $localUser, $case->at);
        $shown = array_filter((array) json_decode(json_encode($page)), fn ($member) => $member !== null);
        self::assertEquals((array) $case->page, $shown);
    }

    /** @dataProvider masked */
    public function testMasksAddresses(stdClass $case): void
    {
        self::assertSame($case->masked, EmailAddress::mask($case->address));
    }

    public function testSaysByTheSameProofThatNothingHasToBeKept(): void
    {
        $proof = AdoptionProof::ask(self::question(new stdClass()), null, 1000);
        self::assertSame($proof, $proof->step(ProofEvent::mailOpened('t1'), 1001)->proof);
        self::assertSame($proof, $proof->step(ProofEvent::declined(), 1600)->proof);
        self::assertNotSame($proof, $proof->step(ProofEvent::passwordGiven(), 1001)->proof);
    }

    public function testIsWorthNothingWithoutAProof(): void
    {
        self::assertSame('none', AdoptionProof::standing(null, new Subject('i', 's'), 1000)->standing);
    }

    /**
     * Keeps the proof that a course has come to, as a store does: as JSON.
     *
     * @param list<stdClass> $steps
     */
    private function take(array $steps): AdoptionProof
    {
        $proof = null;
        foreach ($steps as $step) {
            $what = json_encode($step);
            if (isset($step->ask)) {
                $proof = AdoptionProof::ask(self::question($step->ask), $proof, $step->at);
                self::assertSame($step->state, $proof->state->value, $what);
            } elseif (isset($step->standing)) {
                $usual = [...(array) Vectors::read('adoption-proof')->usual, ...(array) ($step->subject ?? [])];
                $subject = new Subject($usual['issuer'], $usual['sub']);
                $standing = (array) json_decode(json_encode(AdoptionProof::standing($proof, $subject, $step->at)));
                self::assertEquals((array) $step->standing, array_filter($standing, fn ($one) => $one !== null), $what);
            } else {
                $taken = $proof->step(self::event($step), $step->at);
                if (isset($step->password) && $taken->outcome === ProofOutcome::CheckPassword) {
                    $proof = AdoptionProof::fromJson($taken->proof->toJson());
                    $taken = $proof->step(ProofEvent::passwordChecked($step->password === 'right'), $step->at);
                }
                self::assertSame($step->outcome, $taken->outcome->value, $what);
                $proof = $taken->proof;
            }
            $proof = AdoptionProof::fromJson($proof->toJson());
        }
        return $proof;
    }

    private static function event(stdClass $step): ProofEvent
    {
        if (isset($step->password)) {
            return ProofEvent::passwordGiven();
        }
        return match ($step->event->type) {
            'password-given' => ProofEvent::passwordGiven(),
            'password-checked' => ProofEvent::passwordChecked($step->event->right),
            'mail-wanted' => ProofEvent::mailWanted($step->event->tokenHash),
            'mail-opened' => ProofEvent::mailOpened($step->event->tokenHash),
            'mail-confirmed' => ProofEvent::mailConfirmed($step->event->tokenHash),
            'declined' => ProofEvent::declined(),
        };
    }

    private static function question(stdClass $change): ProofQuestion
    {
        $asked = (object) [...(array) Vectors::read('adoption-proof')->usual, ...(array) $change];
        $ways = array_map(ProofWay::from(...), $asked->ways);
        return new ProofQuestion(new Subject($asked->issuer, $asked->sub), $asked->localUserId, $ways);
    }
}
