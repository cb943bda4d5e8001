<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Session;

use Latchkey\RelyingParty\Issuer\SignInAnswer;
use Latchkey\RelyingParty\Session\EndedSessions;
use Latchkey\RelyingParty\Session\LocalSessions;
use Latchkey\RelyingParty\Test\Support\InMemorySessions;
use Latchkey\RelyingParty\Test\Support\SealedByTypeScript;
use Latchkey\RelyingParty\Test\Support\TestClock;
use PHPUnit\Framework\TestCase;

final class LocalSessionsTest extends TestCase
{
    private const ISSUER = 'https://accounts.example.org';

    private TestClock $clock;
    private InMemorySessions $store;
    private LocalSessions $sessions;

    protected function setUp(): void
    {
        $this->clock = new TestClock();
        $this->store = new InMemorySessions();
        $this->sessions = $this->sessionsOf(self::ISSUER);
    }

    public function testBeginsASessionThatEndsWithTheIssuersOrSooner(): void
    {
        $session = $this->sessions->begin('hash', $this->answer(sessionExpiresAt: 500), 'user-1', ['AAAA', 'XX'], 'e');
        self::assertEquals($session, $this->sessions->find('hash'));
        self::assertSame([['XX'], 'AAAA', 'e'], [$session->foreignHints, $session->hint, $session->profileEtag]);
        self::assertSame($this->clock->now + 500, $session->expiresAt);
        $own = $this->sessions->begin('own', $this->answer(sessionExpiresAt: 9000), 'user-1', [], null);
        self::assertSame($this->clock->now + 1000, $own->expiresAt);
    }

    public function testBeginsNoneThatEndedMeanwhileOrIsPastItsEnd(): void
    {
        self::assertNull($this->sessions->begin('late', $this->answer(sessionExpiresAt: 0), 'user-1', [], null));
        $this->store->end(EndedSessions::ofSession(self::ISSUER, 'sid-1', 'a11ce'), $this->clock->now - 100);
        self::assertNull($this->sessions->begin('hash', $this->answer(), 'user-1', [], null));
        self::assertSame([], $this->store->sessions);
    }

    public function testFindsNoneThatIsPastItsEndOrOfAnotherIssuer(): void
    {
        $this->sessions->begin('hash', $this->answer(), 'user-1', [], null);
        self::assertNull($this->sessionsOf('https://other.example')->find('hash'));
        self::assertNull($this->sessions->find('another'));
        $this->clock->pass(1000);
        self::assertNull($this->sessions->find('hash'));
        self::assertSame([], $this->store->sessions);
    }

    public function testKeepsTheTokensSealedForTheirSessionAlone(): void
    {
        $session = $this->sessions->begin('hash', $this->answer(), 'user-1', [], null);
        self::assertStringNotContainsString('bearer', json_encode($session));
        self::assertSame('bearer-1', $this->sessions->tokensOf($session)->accessToken);
        self::assertNull($this->sessions->tokensOf($session->with(['idHash' => 'another'])));
    }

    public function testGoesOnWithANewBearerAndKnowsTenForeignHints(): void
    {
        $this->sessions->begin('hash', $this->answer(), 'user-1', ['X1'], null);
        $this->store->update('hash', ['distrusted' => true]);
        $session = $this->store->find('hash');
        $this->clock->pass(10);
        $many = array_map(fn (int $number) => "h{$number}", range(1, 12));
        self::assertTrue($this->sessions->goOn($session, $this->answer('bearer-2'), ['AAAA', ...$many], 'e2'));
        $after = $this->store->find('hash');
        self::assertSame('bearer-2', $this->sessions->tokensOf($after)->accessToken);
        self::assertSame([false, 'e2', $this->clock->now], [$after->distrusted, $after->profileEtag, $after->provedAt]);
        self::assertSame(array_slice($many, 0, 10), $after->foreignHints);
        self::assertSame($session->begunAt, $after->begunAt);
        $this->sessions->end($after);
        self::assertFalse($this->sessions->goOn($session, $this->answer('bearer-3'), [], null));
    }

    public function testKeepsADoubtThatCameAfterTheSessionWasRead(): void
    {
        $session = $this->sessions->begin('hash', $this->answer(), 'user-1', [], null);
        $this->store->update('hash', ['distrusted' => true]);
        self::assertTrue($this->sessions->goOn($session, $this->answer('bearer-2'), [], null));
        self::assertTrue($this->store->find('hash')->distrusted);
    }

    public function testDoubtsASessionThatATripBroughtNoWordOf(): void
    {
        $session = $this->sessions->begin('hash', $this->answer(), 'user-1', [], null);
        $this->sessions->doubt($session, ['AAAA', 'XX']);
        $after = $this->store->find('hash');
        self::assertSame([true, ['XX']], [$after->distrusted, $after->foreignHints]);
    }

    public function testTellsScriptsWhichSessionItIsAndNothingElse(): void
    {
        $session = $this->sessions->begin('hash', $this->answer(), 'user-1', [], null);
        $other = $this->sessions->begin('hash-2', $this->answer(), 'user-1', [], null);
        self::assertMatchesRegularExpression('/^[\w-]{8}$/D', LocalSessions::markerOf($session));
        self::assertNotSame(LocalSessions::markerOf($session), LocalSessions::markerOf($other));
    }

    private function sessionsOf(string $issuer): LocalSessions
    {
        return new LocalSessions($this->store, SealedByTypeScript::sealer('tokens'), $issuer, 1000, $this->clock);
    }

    private function answer(string $accessToken = 'bearer-1', ?float $sessionExpiresAt = null): SignInAnswer
    {
        $now = $this->clock->now;
        $expiresAt = $sessionExpiresAt === null ? null : $now + $sessionExpiresAt;
        return new SignInAnswer('a11ce', 'sid-1', 'AAAA', $now, $expiresAt, $accessToken, null, 'id-token');
    }
}
