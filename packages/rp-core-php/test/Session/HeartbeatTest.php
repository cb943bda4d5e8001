<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Session;

use Latchkey\RelyingParty\Http\HttpException;
use Latchkey\RelyingParty\Http\HttpResponse;
use Latchkey\RelyingParty\Issuer\SignInAnswer;
use Latchkey\RelyingParty\Linking\SignInCircumstances;
use Latchkey\RelyingParty\Linking\SignInManner;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Session\EndedSessions;
use Latchkey\RelyingParty\Session\Heartbeat;
use Latchkey\RelyingParty\Session\LocalSession;
use Latchkey\RelyingParty\Session\LocalSessions;
use Latchkey\RelyingParty\Test\Support\InMemorySessions;
use Latchkey\RelyingParty\Test\Support\IssuerDouble;
use Latchkey\RelyingParty\Test\Support\LinkingWorld;
use Latchkey\RelyingParty\Test\Support\NotedLog;
use Latchkey\RelyingParty\Test\Support\SealedByTypeScript;
use Latchkey\RelyingParty\Test\Support\ScriptedHttp;
use PHPUnit\Framework\TestCase;

final class HeartbeatTest extends TestCase
{
    private const CHALLENGE = ['WWW-Authenticate' => 'Bearer error="invalid_token"'];

    private IssuerDouble $issuer;
    private LinkingWorld $world;
    private InMemorySessions $store;
    private NotedLog $log;

    protected function setUp(): void
    {
        $this->issuer = new IssuerDouble();
        $this->world = new LinkingWorld();
        $this->store = new InMemorySessions();
        $this->log = new NotedLog();
        $now = $this->issuer->clock->now;
        $circumstances = new SignInCircumstances(SignInManner::Interactive, $now, $now);
        $this->world->linker->signIn(LinkingWorld::alice(), $circumstances);
        $this->issuer->profiles['bearer-1'] = ['sub' => 'a11ce', 'name' => 'Alice Liddell', 'profile_version' => 1];
        $answer = new SignInAnswer('a11ce', 'sid-1', 'AAAA', $now, null, 'bearer-1', null, 'id-token');
        $this->sessions()->begin('hash', $answer, 'user-1', [], null);
    }

    public function testProvesASessionAndTakesOverWhatChanged(): void
    {
        $this->issuer->clock->pass(301);
        self::assertTrue($this->prove());
        self::assertSame($this->issuer->clock->now, $this->session()->provedAt);
        $etag = $this->session()->profileEtag;
        self::assertNotNull($etag);
        self::assertTrue($this->prove());
        self::assertSame($etag, end($this->issuer->http->requests)->headers['If-None-Match']);
        $this->issuer->profiles['bearer-1'] = ['sub' => 'a11ce', 'name' => 'Alicia', 'profile_version' => 2];
        self::assertTrue($this->prove());
        self::assertSame('Alicia', $this->world->users->users['user-1']['name']);
        self::assertNotSame($etag, $this->session()->profileEtag);
    }

    /** @dataProvider ends */
    public function testEndsTheSession(HttpResponse $answer): void
    {
        $this->answer($answer);
        self::assertFalse($this->prove());
        self::assertNull($this->session());
    }

    public static function ends(): iterable
    {
        $challenge = fn (string $text) => ['WWW-Authenticate' => $text];
        yield '401 with a Bearer challenge' => [new HttpResponse(401, self::CHALLENGE, '')];
        yield 'one among others' => [new HttpResponse(401, $challenge('Basic, bearer'), '')];
        yield '403' => [new HttpResponse(403, $challenge('Bearer error="insufficient_scope"'), '')];
        yield 'a profile of somebody else' => [ScriptedHttp::json(['sub' => 'b0b'])];
        yield 'a profile of nobody' => [ScriptedHttp::json(['name' => 'Alice'])];
    }

    public function testEndsTheSessionOfSomebodyWhoMayNotBeHereAnyMore(): void
    {
        $this->world->linker->disable(LinkingWorld::alice()->subject, $this->issuer->clock->now);
        self::assertFalse($this->prove());
        self::assertSame([['heartbeat.not-admitted', ['reason' => 'account-disabled']]], $this->log->notes);
    }

    /** @dataProvider silences */
    public function testKeepsTheSessionWhereNothingWasSaidOfIt(
        HttpResponse|HttpException $answer,
        bool $pausesAll = false,
    ): void {
        $this->answer($answer);
        $this->issuer->clock->pass(301);
        $provedAt = $this->session()->provedAt;
        self::assertTrue($this->prove());
        self::assertSame($provedAt, $this->session()->provedAt, 'it is no proof');
        $asked = $this->issuer->http->asked($this->issuer->profileUrl());
        self::assertTrue($this->prove());
        $askedAgain = $this->issuer->http->asked($this->issuer->profileUrl()) - $asked;
        self::assertSame(0, $askedAgain, 'and pauses for this session');
        self::assertSame(['heartbeat.no-answer'], $this->log->events());
        $isPaused = $this->issuer->connection()->reachability->isPaused();
        self::assertSame($pausesAll, $isPaused, 'a refusal of one question is no reason to ask nothing for others');
        $this->issuer->clock->pass(2);
        $this->prove();
        self::assertSame($asked + 1, $this->issuer->http->asked($this->issuer->profileUrl()));
    }

    public static function silences(): iterable
    {
        yield 'a bare 401' => [new HttpResponse(401, [], '')];
        yield 'a 401 of a wall' => [new HttpResponse(401, ['WWW-Authenticate' => 'Basic realm="staff"'], '')];
        yield 'a bare 403' => [new HttpResponse(403, [], 'blocked')];
        yield 'a redirect' => [new HttpResponse(302, ['Location' => 'https://other.example/'], '')];
        yield 'a 304 to no question' => [new HttpResponse(304, [], '')];
        yield 'a 404' => [new HttpResponse(404, [], '')];
        yield 'a 429' => [new HttpResponse(429, ['Retry-After' => '10'], '')];
        yield 'a 500' => [new HttpResponse(500, self::CHALLENGE, ''), true];
        yield 'a page' => [new HttpResponse(200, ['Content-Type' => 'text/html'], '<h1>Maintenance</h1>'), true];
        yield 'a time-out' => [new HttpException('timed out'), true];
    }

    /** @dataProvider unusable */
    public function testKeepsTheSessionThroughWhatMayBeOnePersonsFaultAndMakesNobodyWait(
        HttpResponse|HttpException $answer,
    ): void {
        $this->answer($answer);
        self::assertTrue($this->prove());
        self::assertFalse($this->issuer->connection()->reachability->isPaused());
    }

    public static function unusable(): iterable
    {
        $json = ['Content-Type' => 'application/json'];
        yield 'half an answer' => [new HttpResponse(200, $json, '{"sub": "ali')];
        yield 'a list' => [new HttpResponse(200, $json, '[]')];
        yield 'more than 64 KiB' => [new HttpException('too long', true)];
    }

    public function testKeepsNobodyWaitingLongerThanTwoSeconds(): void
    {
        $this->prove();
        foreach ($this->issuer->http->requests as $request) {
            self::assertLessThanOrEqual(2.0, $request->timeoutSeconds);
        }
    }

    public function testEndsTheSessionTwelveHoursAfterItsLastProof(): void
    {
        $this->answer(new HttpResponse(500, [], ''));
        $this->issuer->clock->pass(43_199);
        self::assertTrue($this->prove());
        $this->issuer->clock->pass(1);
        self::assertFalse($this->prove());
        self::assertNull($this->session());
    }

    public function testReadsTheWholeProfileOfASessionThatSomethingChangedForAndThenIsOver(): void
    {
        $this->prove();
        $this->store->distrust(new Subject(IssuerDouble::ISSUER, 'a11ce'));
        self::assertTrue($this->prove());
        self::assertArrayNotHasKey('If-None-Match', end($this->issuer->http->requests)->headers);
        self::assertFalse($this->session()->distrusted);
    }

    public function testDoesNotForgetAChangeThatIsToldWhileItAsks(): void
    {
        $this->store->beforeUpdate = fn () => $this->store->distrust(new Subject(IssuerDouble::ISSUER, 'a11ce'));
        self::assertTrue($this->prove());
        self::assertTrue($this->session()->distrusted);
    }

    public function testDoesNotBringBackASessionThatEndedWhileItAsked(): void
    {
        $ended = EndedSessions::ofSession(IssuerDouble::ISSUER, 'sid-1', null);
        $this->store->beforeUpdate = fn () => $this->store->end($ended, $this->issuer->clock->now);
        self::assertFalse($this->prove());
        self::assertNull($this->session());
    }

    public function testEndsASessionWhoseTokensWereSealedWithAnotherSecret(): void
    {
        $this->store->update('hash', ['sealedTokens' => 'sealed-elsewhere']);
        self::assertFalse($this->prove());
        self::assertSame(['heartbeat.tokens-unreadable'], $this->log->events());
    }

    public function testMakesThoseReadTheirProfileAnewWhoseAddressMovedOn(): void
    {
        $now = $this->issuer->clock->now;
        $this->world->linker->signIn(
            LinkingWorld::bob(),
            new SignInCircumstances(SignInManner::Interactive, $now, $now),
        );
        $answer = new SignInAnswer('b0b', 'sid-2', null, $now, null, 'bearer-2', null, 'id-token');
        $this->sessions()->begin('hash-2', $answer, 'user-2', [], null);
        $this->issuer->profiles['bearer-1'] = [
            'sub' => 'a11ce', 'email' => 'bob@example.org', 'email_verified' => true, 'profile_version' => 2,
        ];
        self::assertTrue($this->prove());
        self::assertTrue($this->store->find('hash-2')->distrusted);
    }

    private function prove(): bool
    {
        return (new Heartbeat(
            $this->issuer->connection(),
            $this->sessions(),
            $this->store,
            $this->world->linker,
            $this->log,
            43_200,
            $this->issuer->cache,
            $this->issuer->clock,
        ))->prove($this->session());
    }

    private function sessions(): LocalSessions
    {
        $sealer = SealedByTypeScript::sealer('tokens');
        return new LocalSessions($this->store, $sealer, IssuerDouble::ISSUER, 2_592_000, $this->issuer->clock);
    }

    private function session(): ?LocalSession
    {
        return $this->store->find('hash');
    }

    private function answer(HttpResponse|HttpException $answer): void
    {
        $this->issuer->http->answers[$this->issuer->profileUrl()] =
            fn () => $answer instanceof HttpException ? throw $answer : $answer;
    }
}
