<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Linking;

use Latchkey\RelyingParty\Linking\AccountStateResultKind;
use Latchkey\RelyingParty\Linking\AdoptionProof;
use Latchkey\RelyingParty\Linking\AdoptSetting;
use Latchkey\RelyingParty\Linking\ApplyResult;
use Latchkey\RelyingParty\Linking\ApplyResultKind;
use Latchkey\RelyingParty\Linking\EmailRule;
use Latchkey\RelyingParty\Linking\LocalUserTakenException;
use Latchkey\RelyingParty\Linking\PlaceholderAddress;
use Latchkey\RelyingParty\Linking\ProofEvent;
use Latchkey\RelyingParty\Linking\ProofQuestion;
use Latchkey\RelyingParty\Linking\ProofWay;
use Latchkey\RelyingParty\Linking\SignInCircumstances;
use Latchkey\RelyingParty\Linking\SignInManner;
use Latchkey\RelyingParty\Linking\SignInResult;
use Latchkey\RelyingParty\Linking\SignInResultKind;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Test\Support\LinkingWorld;
use PHPUnit\Framework\TestCase;

final class LinkerTest extends TestCase
{
    private const SIGNED_UP = ['username' => 'wonderland', 'name' => 'A.', 'email' => 'ALICE@example.org'];

    public function testMakesALocalUserForSomebodyNewAndFindsThemAgain(): void
    {
        $world = new LinkingWorld();
        $profile = LinkingWorld::alice(picture: 'https://accounts.example.org/p/1', locale: 'de', groups: ['chess']);
        $result = $world->linker->signIn($profile, self::silent());
        self::assertEquals(
            new SignInResult(SignInResultKind::User, 'user-1', 'alice', created: true),
            $result,
        );
        self::assertSame([
            'name' => 'Alice Liddell', 'email' => 'alice@example.org', 'emailConfirmed' => true,
            'hasElevatedRights' => false, 'disabled' => false, 'picture' => 'https://accounts.example.org/p/1',
            'locale' => 'de', 'groups' => ['chess'], 'hasLocalCredentials' => false, 'hasPrivateData' => true,
            'username' => 'alice',
        ], $world->users->users['user-1']);
        $again = $world->linker->signIn($profile, self::interactive());
        self::assertSame([false, 'user-1'], [$again->created, $again->localUserId]);
        self::assertSame(['created: no-candidate'], $world->logged());
    }

    public function testGivesANumberToASecondAliceAndSaysThatHerNameDiffers(): void
    {
        $world = new LinkingWorld();
        $world->users->signUp(['username' => 'Alice', 'email' => 'liddell@example.org']);
        $result = $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        self::assertSame(['alice2', true], [$result->username, $result->usernameDiffers]);
        self::assertSame(['created: username-match-only'], $world->logged());
    }

    public function testMakesNoLocalUserWhereNoNameIsFree(): void
    {
        $world = new LinkingWorld();
        $world->users->isEveryNameTaken = true;
        $result = $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        self::assertEquals(new SignInResult(SignInResultKind::Refused, reason: 'no-username-free'), $result);
        self::assertSame([[], [], ['refused: no-username-free']], [
            $world->users->users, $world->users->links, $world->logged(),
        ]);
    }

    public function testAppliesAtSignInWhatChangedAndNoOlderProfile(): void
    {
        $world = new LinkingWorld();
        $world->linker->signIn(LinkingWorld::alice(profileVersion: 5), self::interactive());
        $world->linker->signIn(LinkingWorld::alice(profileVersion: 6, name: 'Alicia'), self::silent());
        $world->linker->signIn(LinkingWorld::alice(profileVersion: 4, name: 'Old'), self::interactive());
        self::assertSame('Alicia', $world->users->users['user-1']['name']);
        self::assertSame(6, $world->users->links[0]->profileVersion);
    }

    public function testAsksForAProofAndChangesNothingBefore(): void
    {
        $world = new LinkingWorld();
        $id = $world->users->signUp(self::SIGNED_UP);
        $before = $world->users->users;
        $expected = new SignInResult(
            SignInResultKind::Proof,
            $id,
            'wonderland',
            maskedEmail: 'A***@e***.org',
            ways: ProofWay::cases(),
        );
        self::assertEquals($expected, $world->linker->signIn(LinkingWorld::alice(), self::interactive()));
        self::assertSame([$before, [], []], [$world->users->users, $world->users->links, $world->entries]);
    }

    public function testNeitherAdoptsNorAsksNorMakesADuplicateInASilentCheck(): void
    {
        foreach ([AdoptSetting::Proof, AdoptSetting::VerifiedEmail] as $adopt) {
            $world = new LinkingWorld($adopt);
            $id = $world->users->signUp(self::SIGNED_UP);
            $result = $world->linker->signIn(LinkingWorld::alice(), self::silent(self::proved($id)));
            self::assertSame(SignInResultKind::Wait, $result->kind);
            self::assertSame([1, []], [count($world->users->users), $world->users->links]);
        }
    }

    public function testAdoptsWithAProofTakesTheProfileOverAndClosesEveryOtherWayIn(): void
    {
        foreach (ProofWay::cases() as $way) {
            $world = new LinkingWorld();
            $id = $world->users->signUp(self::SIGNED_UP);
            $result = $world->linker->signIn(LinkingWorld::alice(), self::interactive(self::proved($id, $way)));
            self::assertSame([true, false, $id], [$result->adopted, $result->created, $result->localUserId]);
            self::assertSame(['wonderland', true], [$result->username, $result->usernameDiffers]);
            $user = $world->users->users[$id];
            self::assertSame(['Alice Liddell', false], [$user['name'], $user['hasLocalCredentials']]);
            self::assertSame(1, $world->users->links[0]->profileVersion);
            self::assertSame(['adopted: proved'], $world->logged());
        }
    }

    public function testTakesNoOtherSubjectsProofNorOneOfAnotherLocalUserNorAnOldOne(): void
    {
        $world = new LinkingWorld();
        $id = $world->users->signUp(self::SIGNED_UP);
        $circumstances = [
            self::interactive(self::proved($id, subject: LinkingWorld::bob()->subject)),
            self::interactive(self::proved($id, subject: new Subject('https://other.example', 'a11ce'))),
            self::interactive(self::proved('user-99')),
            new SignInCircumstances(SignInManner::Interactive, 1000, 1600, self::proved($id)),
        ];
        foreach ($circumstances as $one) {
            $result = $world->linker->signIn(LinkingWorld::alice(), $one);
            self::assertSame(SignInResultKind::Proof, $result->kind);
        }
        self::assertSame([], $world->users->links);
    }

    public function testDecidesAfreshWithTheProof(): void
    {
        $world = new LinkingWorld();
        $id = $world->users->signUp(self::SIGNED_UP);
        $proof = self::proved($id);
        $world->users->change($id, ['hasElevatedRights' => true]);
        $result = $world->linker->signIn(LinkingWorld::alice(), self::interactive($proof));
        self::assertNotSame($id, $result->localUserId);
        self::assertTrue($world->users->users[$id]['hasLocalCredentials']);
        self::assertSame(
            ['created: candidate-has-elevated-rights', 'email-conflict: held-by-unlinked-user'],
            $world->logged(),
        );
    }

    public function testAdoptsOnceWhereTwoPeopleHaveProved(): void
    {
        $world = new LinkingWorld();
        $id = $world->users->signUp(self::SIGNED_UP);
        $twin = new Subject(LinkingWorld::ISSUER, 'tw1n');
        $first = $world->linker->signIn(LinkingWorld::alice(), self::interactive(self::proved($id)));
        $second = $world->linker->signIn(
            LinkingWorld::alice(subject: $twin),
            self::interactive(self::proved($id, subject: $twin)),
        );
        self::assertSame([true, false], [$first->adopted, $second->adopted]);
        self::assertNotSame($first->localUserId, $second->localUserId);
    }

    public function testMakesANewLocalUserForWhoDeclines(): void
    {
        $world = new LinkingWorld();
        $id = $world->users->signUp(self::SIGNED_UP);
        $proof = self::asked($id, LinkingWorld::alice()->subject)->step(ProofEvent::declined(), 1000)->proof;
        $result = $world->linker->signIn(LinkingWorld::alice(), self::interactive($proof));
        self::assertTrue($result->created && $result->localUserId !== $id);
        self::assertTrue($world->users->users[$id]['hasLocalCredentials']);
        self::assertSame(['created: declined', 'email-conflict: held-by-unlinked-user'], $world->logged());
    }

    public function testRefusesNobodyBecauseAStrangerRegisteredTheirAddress(): void
    {
        foreach ([[true, true], [true, false], [false, false]] as [$unique, $required]) {
            $world = new LinkingWorld(emailRule: new EmailRule($unique, $required));
            $stranger = $world->users->signUp([...self::SIGNED_UP, 'hasElevatedRights' => true]);
            $result = $world->linker->signIn(LinkingWorld::alice(), self::silent());
            $expected = $required ? PlaceholderAddress::of(LinkingWorld::alice()->subject) : null;
            $email = $world->users->users[$result->localUserId]['email'];
            self::assertSame($unique ? $expected : 'alice@example.org', $email);
            self::assertSame('ALICE@example.org', $world->users->users[$stranger]['email']);
        }
    }

    public function testTakesNobodyWhoseAddressOnlyTheDatabaseTakesForTheSame(): void
    {
        $pairs = [
            ['alice@example.org', 'álice@example.org'],
            // The Kelvin sign, whose lower case is a k.
            ['alice@kelvin.example', "alice@\u{212A}elvin.example"],
        ];
        foreach ($pairs as [$told, $held]) {
            $world = new LinkingWorld(AdoptSetting::VerifiedEmail);
            $id = $world->users->signUp([...self::SIGNED_UP, 'email' => $held]);
            $result = $world->linker->signIn(LinkingWorld::alice(email: $told), self::interactive());
            self::assertNotSame($id, $result->localUserId);
            self::assertSame($held, $world->users->users[$id]['email']);
            self::assertSame(['created: no-candidate', 'email-conflict: held-by-unlinked-user'], $world->logged());
        }
    }

    public function testRefusesWhoseLocalUserWasDisabledOrDeletedHere(): void
    {
        $world = new LinkingWorld();
        $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        $world->users->change('user-1', ['disabled' => true]);
        $disabled = new SignInResult(SignInResultKind::Refused, reason: 'local-user-disabled');
        self::assertEquals($disabled, $world->linker->signIn(LinkingWorld::alice(), self::interactive()));
        self::assertEquals(
            new ApplyResult(ApplyResultKind::Refused, reason: 'local-user-disabled'),
            $world->linker->applyProfile(LinkingWorld::alice()),
        );
        unset($world->users->users['user-1']);
        $missing = new SignInResult(SignInResultKind::Refused, reason: 'local-user-missing');
        self::assertEquals($missing, $world->linker->signIn(LinkingWorld::alice(), self::interactive()));
        self::assertEquals(
            new ApplyResult(ApplyResultKind::Refused, reason: 'local-user-missing'),
            $world->linker->applyProfile(LinkingWorld::alice()),
        );
        $subject = LinkingWorld::alice()->subject;
        self::assertSame(AccountStateResultKind::Changed, $world->linker->disable($subject, 1001)->kind);
        self::assertSame(AccountStateResultKind::Changed, $world->linker->close($subject)->kind);
        self::assertSame([], $world->users->users);
    }

    public function testLetsTwoPeopleSwapAddressesInWhateverOrderTheNewsArrives(): void
    {
        foreach ([new EmailRule(true, true), new EmailRule(false, false)] as $emailRule) {
            foreach ([[0, 1], [1, 0]] as [$first, $second]) {
                $world = new LinkingWorld(emailRule: $emailRule);
                $world->linker->signIn(LinkingWorld::alice(), self::interactive());
                $world->linker->signIn(LinkingWorld::bob(), self::interactive());
                $swapped = [
                    LinkingWorld::alice(email: 'bob@example.org', profileVersion: 2),
                    LinkingWorld::bob(email: 'alice@example.org', profileVersion: 2),
                ];
                $ids = ['user-1', 'user-2'];
                $other = $swapped[$second]->subject;
                self::assertEquals(
                    new ApplyResult(ApplyResultKind::Applied, $ids[$first], [$other]),
                    $world->linker->applyProfile($swapped[$first]),
                );
                $between = $world->users->users[$ids[$second]];
                $placeholder = [PlaceholderAddress::of($other), false];
                self::assertSame($placeholder, [$between['email'], $between['emailConfirmed']]);
                self::assertSame(ApplyResultKind::Applied, $world->linker->applyProfile($swapped[$second])->kind);
                $emails = array_column($world->users->users, 'email');
                self::assertSame(['bob@example.org', 'alice@example.org'], $emails);
                self::assertSame([true, true], array_column($world->users->users, 'emailConfirmed'));
                self::assertCount(1, array_keys($world->logged(), 'email-displaced'));
            }
        }
    }

    public function testGivesSomebodyNewTheAddressThatAnotherLinkedPersonGaveUpUnnoticed(): void
    {
        $world = new LinkingWorld();
        $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        $successor = $world->linker->signIn(LinkingWorld::bob(email: 'alice@example.org'), self::interactive());
        self::assertEquals([LinkingWorld::alice()->subject], $successor->displaced);
        self::assertSame(
            [PlaceholderAddress::of(LinkingWorld::alice()->subject), 'alice@example.org'],
            array_column($world->users->users, 'email'),
        );
    }

    public function testLetsAnUnverifiedClaimTakeAnAddressFromNobody(): void
    {
        $world = new LinkingWorld();
        $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        $thief = LinkingWorld::bob(email: 'alice@example.org', emailVerified: false);
        $world->linker->signIn($thief, self::interactive());
        self::assertSame(['alice@example.org', null], array_column($world->users->users, 'email'));
        self::assertSame(
            ['created: no-candidate', 'created: address-unverified', 'email-conflict: unverified'],
            $world->logged(),
        );
    }

    public function testKeepsAddressesNamesAndPasswordsOutOfTheLog(): void
    {
        $world = new LinkingWorld();
        $world->users->signUp(['username' => 'rabbit', 'email' => 'rabbit@example.org']);
        $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        $world->linker->signIn(LinkingWorld::bob(email: 'alice@example.org'), self::interactive());
        $world->linker->applyProfile(LinkingWorld::bob(email: 'rabbit@example.org', profileVersion: 2));
        $world->linker->disable(LinkingWorld::alice()->subject, 2000);
        $world->linker->close(LinkingWorld::alice()->subject);
        self::assertCount(6, $world->entries);
        self::assertDoesNotMatchRegularExpression('/@|alice"|bob|Liddell|rabbit/', json_encode($world->entries));
    }

    public function testApplyingAProfileMakesNobodyAndTakesTheIssuerForPartOfTheSubject(): void
    {
        $world = new LinkingWorld();
        $unknown = new ApplyResult(ApplyResultKind::UnknownSubject);
        self::assertEquals($unknown, $world->linker->applyProfile(LinkingWorld::alice()));
        $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        $other = LinkingWorld::alice(subject: new Subject('https://other.example', 'a11ce'), name: 'Mallory');
        self::assertEquals($unknown, $world->linker->applyProfile($other));
        self::assertSame(['Alice Liddell'], array_column($world->users->users, 'name'));
    }

    public function testApplyingAProfileDropsWhatIsOlderAndTakesTheSameAgain(): void
    {
        $world = new LinkingWorld();
        $world->linker->signIn(LinkingWorld::alice(profileVersion: 5), self::interactive());
        $stale = $world->linker->applyProfile(LinkingWorld::alice(profileVersion: 4, name: 'Old'));
        self::assertEquals(new ApplyResult(ApplyResultKind::Stale, 'user-1'), $stale);
        $same = $world->linker->applyProfile(LinkingWorld::alice(profileVersion: 5));
        self::assertSame(ApplyResultKind::Applied, $same->kind);
        self::assertSame(['Alice Liddell'], array_column($world->users->users, 'name'));
    }

    public function testDisablingShutsOutClosesEveryOtherWayInAndEnablingLetsInAgain(): void
    {
        $world = new LinkingWorld();
        $subject = LinkingWorld::alice()->subject;
        $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        $world->users->change('user-1', ['hasLocalCredentials' => true]);
        self::assertSame(AccountStateResultKind::Changed, $world->linker->disable($subject, 1001)->kind);
        self::assertFalse($world->users->users['user-1']['hasLocalCredentials']);
        $refused = $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        self::assertSame('account-disabled', $refused->reason);
        self::assertSame('account-disabled', $world->linker->applyProfile(LinkingWorld::alice())->reason);
        self::assertSame(AccountStateResultKind::Changed, $world->linker->enable($subject, 1002)->kind);
        self::assertSame('user-1', $world->linker->signIn(LinkingWorld::alice(), self::interactive())->localUserId);
        self::assertSame(
            ['created: no-candidate', 'disabled', 'refused: account-disabled', 'enabled'],
            $world->logged(),
        );
    }

    public function testDropsNewsThatIsOvertaken(): void
    {
        $world = new LinkingWorld();
        $subject = LinkingWorld::alice()->subject;
        $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        $world->linker->enable($subject, 2000);
        self::assertSame('stale', $world->linker->disable($subject, 1999)->kind->value);
        $world->linker->disable($subject, 2001);
        self::assertSame('stale', $world->linker->enable($subject, 2000)->kind->value);
        $sameSecond = $world->linker->enable($subject, 2001.9)->kind->value;
        self::assertSame('stale', $sameSecond, 'in the same second disabling counts');
        self::assertSame('unchanged', $world->linker->disable($subject, 2001)->kind->value);
        self::assertTrue($world->users->links[0]->disabled);
    }

    public function testLetsInWhoSignsInLaterAlthoughTheNewsOfEnablingWasLost(): void
    {
        $world = new LinkingWorld();
        $subject = LinkingWorld::alice()->subject;
        $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        $world->linker->disable($subject, 2000);
        $signIn = fn (int $issuedAt) => $world->linker->signIn(
            LinkingWorld::alice(),
            new SignInCircumstances(SignInManner::Interactive, $issuedAt, 3000),
        );
        self::assertSame('account-disabled', $signIn(2000)->reason, 'a sign-in that was under way');
        self::assertSame('user-1', $signIn(2001)->localUserId);
        self::assertSame('stale', $world->linker->disable($subject, 2000)->kind->value, 'delivered once more');
        self::assertFalse($world->users->links[0]->disabled);
        self::assertSame(['refused: account-disabled', 'enabled'], array_slice($world->logged(), 2));
    }

    public function testEnablingLiftsNothingThatTheApplicationImposed(): void
    {
        $world = new LinkingWorld();
        $subject = LinkingWorld::alice()->subject;
        $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        $world->users->change('user-1', ['disabled' => true]);
        $world->linker->disable($subject, 1001);
        $world->linker->enable($subject, 1002);
        $result = $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        self::assertSame('local-user-disabled', $result->reason);
    }

    public function testKnowsNothingOfWhoWasNeverHere(): void
    {
        $linker = (new LinkingWorld())->linker;
        $subject = LinkingWorld::alice()->subject;
        foreach ([$linker->disable($subject, 1), $linker->enable($subject, 1), $linker->close($subject)] as $result) {
            self::assertSame(AccountStateResultKind::UnknownSubject, $result->kind);
        }
    }

    public function testClosingRemovesThePersonsDataAndEveryWayInAndIsFinal(): void
    {
        foreach ([true, false] as $required) {
            $world = new LinkingWorld(AdoptSetting::VerifiedEmail, new EmailRule(true, $required));
            $subject = LinkingWorld::alice()->subject;
            $profile = LinkingWorld::alice(picture: 'https://a.example/p', locale: 'de', groups: ['chess']);
            $world->linker->signIn($profile, self::interactive());
            $world->users->change('user-1', ['hasLocalCredentials' => true]);
            self::assertSame('changed', $world->linker->close($subject)->kind->value);
            self::assertSame([
                'name' => null, 'email' => $required ? PlaceholderAddress::of($subject) : null,
                'emailConfirmed' => false, 'hasElevatedRights' => false, 'disabled' => false, 'picture' => null,
                'locale' => null, 'groups' => [], 'hasLocalCredentials' => false, 'hasPrivateData' => false,
                'username' => 'alice',
            ], $world->users->users['user-1']);
            self::assertSame('unchanged', $world->linker->close($subject)->kind->value);
            self::assertSame('unchanged', $world->linker->enable($subject, 3000)->kind->value);
            self::assertSame('link-closed', $world->linker->applyProfile($profile)->reason);
            $world->users->signUp(self::SIGNED_UP);
            self::assertSame('link-closed', $world->linker->signIn($profile, self::interactive())->reason);
        }
    }

    public function testDecidesAfreshWhereAUniqueKeyRefusedAndLogsNothingThatWasUndone(): void
    {
        $world = new LinkingWorld();
        $taken = new LocalUserTakenException(LocalUserTakenException::USERNAME);
        $world->users->disturbances = [$taken, $taken];
        $result = $world->linker->signIn(LinkingWorld::alice(), self::interactive());
        self::assertTrue($result->created);
        self::assertSame([1, ['created: no-candidate']], [count($world->users->users), $world->logged()]);
    }

    public function testGivesUpAfterTheThirdTimeAndHasChangedAndLoggedNothing(): void
    {
        $world = new LinkingWorld();
        $world->users->disturbances = array_fill(0, 3, new LocalUserTakenException(LocalUserTakenException::LINK));
        try {
            $world->linker->signIn(LinkingWorld::alice(), self::interactive());
            self::fail();
        } catch (LocalUserTakenException $taken) {
            self::assertSame('ERR_LINK_TAKEN', $taken->errorCode);
        }
        self::assertSame([[], [], []], [$world->users->users, $world->users->links, $world->logged()]);
    }

    private static function interactive(?AdoptionProof $proof = null): SignInCircumstances
    {
        return new SignInCircumstances(SignInManner::Interactive, 1000, 1001, $proof);
    }

    private static function silent(?AdoptionProof $proof = null): SignInCircumstances
    {
        return new SignInCircumstances(SignInManner::Silent, 1000, 1001, $proof);
    }

    private static function asked(string $localUserId, Subject $subject): AdoptionProof
    {
        return AdoptionProof::ask(new ProofQuestion($subject, $localUserId, ProofWay::cases()), null, 1000);
    }

    /** As the proof page leaves it. */
    private static function proved(
        string $localUserId,
        ProofWay $way = ProofWay::Password,
        ?Subject $subject = null,
    ): AdoptionProof {
        $asked = self::asked($localUserId, $subject ?? LinkingWorld::alice()->subject);
        $events = $way === ProofWay::Mail
            ? [ProofEvent::mailWanted('t'), ProofEvent::mailConfirmed('t')]
            : [ProofEvent::passwordGiven(), ProofEvent::passwordChecked(true)];
        return $asked->step($events[0], 1000)->proof->step($events[1], 1000)->proof;
    }
}
