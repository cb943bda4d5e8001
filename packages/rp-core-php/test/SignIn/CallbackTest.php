<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\SignIn;

use Latchkey\RelyingParty\Linking\ProofOutcome;
use Latchkey\RelyingParty\Session\EndedSessions;
use Latchkey\RelyingParty\SignIn\CallbackAnswerKind;
use Latchkey\RelyingParty\SignIn\Sending;
use Latchkey\RelyingParty\Test\Support\ApplicationWorld;
use Latchkey\RelyingParty\Test\Support\Browser;
use Latchkey\RelyingParty\Test\Support\IssuerDouble;
use PHPUnit\Framework\TestCase;

final class CallbackTest extends TestCase
{
    private ApplicationWorld $world;
    private Browser $browser;

    protected function setUp(): void
    {
        $this->world = new ApplicationWorld();
        $this->browser = $this->world->browser('AAAA');
    }

    public function testSignsInReturnsAndIsUsedOnce(): void
    {
        $sending = $this->world->start($this->browser);
        $before = $this->browser->cookies;
        $answer = $this->world->comeBack($this->browser, $sending);
        self::assertSame([CallbackAnswerKind::Redirect, '/notes'], [$answer->kind, $answer->address]);
        self::assertSame(['user-1'], $this->browser->begun);
        $session = $this->world->store->find((string) $this->browser->idHash());
        self::assertSame(['a11ce', 'sid-1', 'AAAA'], [$session->sub, $session->sid, $session->hint]);
        self::assertSame([], preg_grep('/attempt/', array_keys($this->browser->cookies)));
        self::assertArrayHasKey('__Host-blog-here', $this->browser->cookies);
        $this->browser->cookies = $before;
        $again = $this->world->comeBack($this->browser, $sending);
        self::assertSame(['continue', 400], [$again->reason, $again->status]);
        self::assertCount(1, $this->world->store->sessions);
    }

    public function testGoesOnOnlyByAClickInABrowserThatDidNotBeginIt(): void
    {
        $sending = $this->world->start($this->world->browser());
        $answer = $this->world->comeBack($this->browser, $sending);
        self::assertSame([CallbackAnswerKind::Page, 'continue', '/'], [
            $answer->kind, $answer->reason, $answer->address,
        ]);
        self::assertSame([[], []], [$this->world->store->sessions, $this->world->oneTime->claimed]);
    }

    public function testDoesNotUseAnAttemptUpByACallbackThatSaysNothing(): void
    {
        $sending = $this->world->start($this->browser);
        $nothing = $this->world->comeBack($this->browser, $sending, ['code' => null]);
        self::assertSame('continue', $nothing->reason);
        self::assertSame('/notes', $this->world->comeBack($this->browser, $sending)->address);
        self::assertCount(1, $this->world->store->sessions);
    }

    public function testBeginsOnceMoreByItselfWhenItComesTooLate(): void
    {
        $sending = $this->world->start($this->browser);
        $this->world->issuer->clock->pass(600);
        $answer = $this->world->comeBack($this->browser, $sending);
        self::assertStringStartsWith(IssuerDouble::ISSUER . '/authorize?', $answer->address);
        $second = new Sending($answer->address, []);
        $this->world->issuer->clock->pass(600);
        self::assertSame('continue', $this->world->comeBack($this->browser, $second)->reason);
    }

    public function testBeginsOnceMoreWhereTheCookieCannotBeReadAndShowsAPageWhereThatFails(): void
    {
        foreach ([true, false] as $isIssuerThere) {
            $this->setUp();
            $sending = $this->world->start($this->browser);
            $name = current(preg_grep('/attempt/', array_keys($this->browser->cookies)));
            $this->browser->cookies[$name] = 'tossed';
            if (!$isIssuerThere) {
                $this->world->issuer->cache->entries = [];
                $this->world->issuer->http->answers = [];
            }
            $answer = $this->world->comeBack($this->browser, $sending);
            $isRestarted = $answer->kind === CallbackAnswerKind::Redirect;
            self::assertSame($isIssuerThere, $isRestarted);
            self::assertSame($isIssuerThere ? null : 'continue', $answer->reason);
        }
    }

    /** @dataProvider failures */
    public function testTellsAPersonWhatHappened(array $change, string $reason, int $status, int $notes): void
    {
        $answer = $this->world->comeBack($this->browser, $this->world->start($this->browser), $change);
        self::assertSame([CallbackAnswerKind::Page, $reason, $status, '/notes'], [
            $answer->kind, $answer->reason, $answer->status, $answer->address,
        ]);
        self::assertCount($notes, $this->world->log->notes);
        self::assertSame([], $this->world->store->sessions);
    }

    public static function failures(): iterable
    {
        yield 'cancelled' => [['code' => null, 'error' => 'access_denied'], 'cancelled', 403, 0];
        yield 'an error' => [['code' => null, 'error' => 'server_error'], 'failed', 400, 1];
        yield 'another issuer' => [['iss' => 'https://attacker.example'], 'failed', 400, 1];
        yield 'another nonce' => [['code' => 'code-other'], 'failed', 400, 1];
    }

    public function testWritesDownNoTextThatSomebodyPutIntoTheAddress(): void
    {
        $change = ['code' => null, 'error' => 'call 555-1234 now'];
        $this->world->comeBack($this->browser, $this->world->start($this->browser), $change);
        self::assertSame('other', $this->world->log->notes[0][1]['error']);
    }

    public function testTellsAPersonThatTheIssuerDoesNotAnswer(): void
    {
        $sending = $this->world->start($this->browser);
        unset($this->world->issuer->http->answers[IssuerDouble::ISSUER . '/token']);
        $answer = $this->world->comeBack($this->browser, $sending);
        self::assertSame(['no-answer', 503], [$answer->reason, $answer->status]);
    }

    public function testAsksForNoProfileOfSomebodyElseAndMakesNobody(): void
    {
        $this->world->issuer->profiles['bearer-1']['sub'] = 'b0b';
        $answer = $this->world->signIn($this->browser);
        self::assertSame('no-answer', $answer->reason);
        self::assertSame([], $this->world->linking->users->users);
    }

    public function testKeepsTheSessionOfTheSamePersonInTheSameSessionOfTheIssuer(): void
    {
        $this->world->signIn($this->browser);
        $host = $this->browser->hostSession;
        $this->world->issuer->tokens = ['access_token' => 'bearer-1b', 'expires_in' => null];
        $this->world->issuer->profiles['bearer-1b'] = ['sub' => 'a11ce', 'name' => 'Alicia', 'profile_version' => 2];
        $this->world->signIn($this->browser);
        self::assertSame([$host, ['user-1']], [$this->browser->hostSession, $this->browser->begun]);
        self::assertSame('Alicia', $this->world->linking->users->users['user-1']['name']);
        $session = $this->world->store->find($this->browser->idHash());
        self::assertSame('bearer-1b', $this->world->app()->sessions->tokensOf($session)->accessToken);
    }

    public function testRenewsTheSessionOfAnotherPerson(): void
    {
        $this->world->signIn($this->browser);
        $host = $this->browser->hostSession;
        $this->world->becomeBob();
        $this->world->signIn($this->browser);
        self::assertNotSame($host, $this->browser->hostSession);
        self::assertSame(['b0b'], array_column($this->world->store->sessions, 'sub'));
    }

    public function testEndsTheSessionHereOfWhomTheApplicationDoesNotTakeThere(): void
    {
        $this->world->signIn($this->browser);
        $this->world->becomeBob();
        $this->world->linking->users->isEveryNameTaken = true;
        $answer = $this->world->signIn($this->browser);
        self::assertSame(['not-admitted', 403], [$answer->reason, $answer->status]);
        self::assertSame([[], null], [$this->world->store->sessions, $this->browser->hostSession]);
        self::assertArrayNotHasKey('__Host-blog-here', $this->browser->cookies);
    }

    public function testBeginsNoSessionThatEndedMeanwhile(): void
    {
        $sending = $this->world->start($this->browser);
        $ended = EndedSessions::ofSession(IssuerDouble::ISSUER, 'sid-1', 'a11ce');
        $this->world->store->end($ended, $this->world->issuer->clock->now);
        $answer = $this->world->comeBack($this->browser, $sending);
        self::assertSame(['session-ended', null], [$answer->reason, $this->browser->hostSession]);
    }

    public function testTellsWhichNameAPersonGotWhoseOwnIsTaken(): void
    {
        $this->world->linking->users->signUp(['username' => 'alice', 'email' => 'other@example.org']);
        $answer = $this->world->signIn($this->browser);
        self::assertSame([CallbackAnswerKind::NewName, 'alice2', '/notes'], [
            $answer->kind, $answer->newName, $answer->address,
        ]);
    }

    public function testAnswersForNoHintThatTheBrowserDoesNotShowHere(): void
    {
        $this->browser->cookies = [];
        $this->world->signIn($this->browser);
        self::assertNull($this->world->store->find($this->browser->idHash())->hint);
    }

    public function testAdoptsALocalUserOnceItIsProvedAndNotBefore(): void
    {
        $id = $this->world->linking->users->signUp(['username' => 'wonderland', 'email' => 'alice@example.org']);
        $answer = $this->world->signIn($this->browser);
        self::assertSame([CallbackAnswerKind::Proof, null], [$answer->kind, $this->browser->hostSession]);
        $completeProof = $this->world->app()->completeProof;
        $pending = $completeProof->pending($this->browser->request()->cookies);
        self::assertSame([$id, 'a11ce'], [$pending->localUserId, $pending->subject->sub]);
        $early = $completeProof->complete($this->browser->request()->cookies, $this->browser);
        self::assertSame([CallbackAnswerKind::StartAgain, null], [$early->kind, $this->browser->hostSession]);
        $now = $this->world->issuer->clock->now;
        $proved = $this->world->proveAdoption->tryPassword($pending->subject, $id, 'right', $now);
        self::assertSame(ProofOutcome::Proved, $proved);
        $done = $completeProof->complete($this->browser->request()->cookies, $this->browser);
        $this->browser->take($done->setCookies);
        self::assertSame([CallbackAnswerKind::Redirect, '/notes', [$id]], [
            $done->kind, $done->address, $this->browser->begun,
        ]);
        $again = $completeProof->complete($this->browser->request()->cookies, $this->browser);
        self::assertSame('nothing-waits', $again->reason);
    }

    public function testWaitsForAProofTenMinutesAndInNoOtherBrowser(): void
    {
        $this->world->linking->users->signUp(['username' => 'wonderland', 'email' => 'alice@example.org']);
        $this->world->signIn($this->browser);
        $completeProof = $this->world->app()->completeProof;
        self::assertNull($completeProof->pending($this->world->browser()->request()->cookies));
        $this->world->issuer->clock->pass(599);
        self::assertNotNull($completeProof->pending($this->browser->request()->cookies));
        $this->world->issuer->clock->pass(1);
        self::assertNull($completeProof->pending($this->browser->request()->cookies));
    }
}
