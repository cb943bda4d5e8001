<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Linking;

use Latchkey\RelyingParty\Linking\EmailHolder;
use Latchkey\RelyingParty\Linking\EmailRule;
use Latchkey\RelyingParty\Linking\EmailValue;
use Latchkey\RelyingParty\Linking\PlaceholderAddress;
use Latchkey\RelyingParty\Linking\Profile;
use Latchkey\RelyingParty\Linking\ProfileClaims;
use Latchkey\RelyingParty\Linking\ProfileClaimsFault;
use Latchkey\RelyingParty\Linking\ProfileUpdatePlan;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class ProfileTest extends TestCase
{
    public static function updates(): iterable
    {
        $lists = ['applied', 'stale', 'left alone', 'addresses that move on', 'conflicts'];
        return Vectors::cases('profile-updates', ...$lists);
    }

    public static function claims(): iterable
    {
        return Vectors::cases('profile-updates', 'claims', 'claims not told');
    }

    public static function claimsRefused(): iterable
    {
        return Vectors::cases('profile-updates', 'claims refused');
    }

    public static function placeholders(): iterable
    {
        return Vectors::cases('profile-updates', 'placeholders');
    }

    public static function noPlaceholders(): iterable
    {
        return Vectors::cases('profile-updates', 'no placeholders');
    }

    /** @dataProvider updates */
    public function testPlansTheUpdateOfTheVectors(stdClass $case): void
    {
        $vectors = Vectors::read('profile-updates');
        $facts = (object) [...(array) $vectors->usual, ...(array) $case->facts];
        $told = [...(array) $vectors->usual->profile, ...(array) $case->told];
        $subject = new Subject($told['issuer'], $told['sub']);
        unset($told['issuer'], $told['sub']);
        $email = $facts->localUser->email ?? null;
        $holders = array_map(
            fn (string $name) => self::holder($vectors->otherUsers->{$name}),
            $case->facts->holders ?? [],
        );
        $plan = ProfileUpdatePlan::make(
            $facts->localUser->name ?? null,
            $email === null ? null : new EmailValue($email, $facts->localUser->emailConfirmed),
            $facts->linkProfileVersion,
            new Profile(...['subject' => $subject, ...$told]),
            $holders,
            new EmailRule($facts->emailRule->unique, $facts->emailRule->required),
        );
        $expected = (array) $case->plan;
        $kind = $plan === null ? ['kind' => 'stale'] : ['kind' => 'apply'];
        $made = $kind + array_filter((array) $plan, fn ($member) => $member !== null);
        if ($plan !== null) {
            $made['change'] = (object) $made['change'];
        }
        self::assertEquals($expected, (array) json_decode(json_encode($made)));
    }

    /** @dataProvider claims */
    public function testReadsTheClaimsOfTheVectors(stdClass $case): void
    {
        $subject = self::person();
        $expected = new Profile(...['subject' => $subject, 'emailVerified' => false, ...(array) $case->told]);
        self::assertEquals($expected, ProfileClaims::read($case->claims, $subject));
    }

    /** @dataProvider claimsRefused */
    public function testRefusesTheClaimsOfTheVectors(stdClass $case): void
    {
        self::assertSame(ProfileClaimsFault::from($case->fault), ProfileClaims::read($case->claims, self::person()));
    }

    public function testKeepsTwoHundredAndFiftyGroups(): void
    {
        $groups = array_map(fn (int $number) => "group {$number}", range(1, 300));
        $claims = (object) ['sub' => self::person()->sub, 'groups' => $groups];
        self::assertSame(array_slice($groups, 0, 250), ProfileClaims::read($claims, self::person())->groups);
    }

    public function testTakesNoPictureWhoseHostReadersCouldTakeForAnother(): void
    {
        $pictures = ['https:///x', 'https://2130706433/', 'https://.10.0.0.1/', 'https://0x7f.1/', 'https://a:65536/',
            'http://1.2.3.4/', 'http://127.0.0.1.example/', "https://a/\n", 'https://[::zz]/', 'https://[1.2.3.4]/'];
        foreach ($pictures as $picture) {
            $claims = (object) ['sub' => self::person()->sub, 'picture' => $picture];
            self::assertNull(ProfileClaims::read($claims, self::person())->picture, $picture);
        }
    }

    /** @dataProvider placeholders */
    public function testGivesEachPersonOnePlaceholder(stdClass $case): void
    {
        self::assertSame($case->placeholder, PlaceholderAddress::of(new Subject($case->issuer, $case->sub)));
        self::assertTrue(PlaceholderAddress::isOne($case->placeholder));
    }

    /** @dataProvider noPlaceholders */
    public function testTakesNothingElseForAPlaceholder(stdClass $case): void
    {
        self::assertFalse(PlaceholderAddress::isOne($case->address));
    }

    private static function person(): Subject
    {
        $profile = Vectors::read('profile-updates')->usual->profile;
        return new Subject($profile->issuer, $profile->sub);
    }

    private static function holder(stdClass $holder): EmailHolder
    {
        $subject = isset($holder->subject) ? new Subject($holder->subject->issuer, $holder->subject->sub) : null;
        return new EmailHolder($holder->localUserId, $subject, $holder->isSimilarOnly ?? false);
    }
}
