<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Issuer;

use Latchkey\RelyingParty\Http\HttpResponse;
use Latchkey\RelyingParty\Issuer\ProviderReachability;
use Latchkey\RelyingParty\Issuer\ReachabilityAsker;
use Latchkey\RelyingParty\Test\Support\InMemoryCache;
use Latchkey\RelyingParty\Test\Support\NotedLog;
use Latchkey\RelyingParty\Test\Support\ScriptedHttp;
use Latchkey\RelyingParty\Test\Support\TestClock;
use PHPUnit\Framework\TestCase;

final class ProviderReachabilityTest extends TestCase
{
    private const DOCUMENT = 'https://accounts.example.org/tenant/.well-known/openid-configuration';

    private TestClock $clock;
    private InMemoryCache $cache;
    private ScriptedHttp $http;
    private NotedLog $log;

    protected function setUp(): void
    {
        $this->clock = new TestClock();
        $this->cache = new InMemoryCache($this->clock);
        $this->http = new ScriptedHttp();
        $this->log = new NotedLog();
        $this->answer(200);
    }

    public function testProbesWhenNothingIsKnownForOneSecondAtMost(): void
    {
        self::assertTrue($this->process()->isReachable());
        self::assertSame(1, $this->probes());
        self::assertSame(1.0, $this->http->requests[0]->timeoutSeconds);
    }

    public function testDoesNotProbeAgainForAMinuteInWhateverProcess(): void
    {
        $this->process()->isReachable();
        $this->clock->pass(59.9);
        self::assertTrue($this->process()->isReachable());
        self::assertSame(1, $this->probes());
        $this->clock->pass(0.1);
        $this->process()->isReachable();
        self::assertSame(2, $this->probes());
    }

    public function testNeedsNoProbeWhereAnotherCallReachedTheIssuer(): void
    {
        $this->process()->noteReached();
        self::assertTrue($this->process()->isReachable());
        self::assertSame(0, $this->probes());
    }

    public function testNotesASuccessAtMostEveryTwentySeconds(): void
    {
        $this->process()->noteReached();
        $before = $this->cache->entries;
        $this->clock->pass(19);
        $this->process()->noteReached();
        self::assertSame($before, $this->cache->entries);
        $this->clock->pass(1);
        $this->process()->noteReached();
        self::assertNotSame($before, $this->cache->entries);
    }

    public function testMakesOneProbeForAllThatAskAtTheSameMoment(): void
    {
        $meanwhile = null;
        $this->http->answers[self::DOCUMENT] = function () use (&$meanwhile): HttpResponse {
            $meanwhile = $this->process()->isReachable();
            return new HttpResponse(200, [], '{}');
        };
        self::assertTrue($this->process()->isReachable());
        self::assertSame([false, 1], [$meanwhile, $this->probes()], 'the page is shown as it is');
    }

    public function testProbesForAPersonWhoClickedWhateverOthersDo(): void
    {
        $meanwhile = null;
        $this->http->answers[self::DOCUMENT] = function () use (&$meanwhile): HttpResponse {
            $this->answer(200);
            $meanwhile = $this->process()->isReachable(ReachabilityAsker::Click);
            return new HttpResponse(200, [], '{}');
        };
        $this->process()->isReachable();
        self::assertTrue($meanwhile);
    }

    public function testIsNotReachableWithoutAnAnswerOrWithAnother(): void
    {
        foreach ([null, 302, 404, 503] as $status) {
            $this->setUp();
            $this->answer($status);
            self::assertFalse($this->process()->isReachable());
            self::assertFalse($this->process()->isReachable());
            self::assertSame(1, $this->probes(), 'and no page asks in the pause');
            self::assertFalse($this->process()->isReachable(ReachabilityAsker::Click));
            self::assertSame([2, 2.0], [$this->probes(), $this->http->requests[1]->timeoutSeconds]);
            $this->answer(200);
            self::assertTrue($this->process()->isReachable(ReachabilityAsker::Click), 'a click does');
            self::assertTrue($this->process()->isReachable());
        }
    }

    public function testDoublesItsPausesFromTwoSecondsToAMinuteAndBeginsAgainOnceTheIssuerAnswered(): void
    {
        $this->answer(null);
        $pauses = [];
        for ($failure = 0; $failure < 8; $failure++) {
            $this->process()->isReachable();
            $this->clock->pass(0.001);
            $pauses[] = $this->pause();
        }
        self::assertSame([2, 4, 8, 16, 32, 60, 60, 60], $pauses);
        self::assertSame(8, $this->probes());
        $this->process()->noteReached();
        $this->process()->noteFailed('no answer');
        self::assertSame(2, $this->pause());
    }

    public function testDoesNotLengthenThePauseByWhatFailsDuringIt(): void
    {
        for ($failure = 0; $failure < 100; $failure++) {
            $this->process()->noteFailed('no answer');
        }
        self::assertSame(2, $this->pause());
        $this->process()->noteFailed('no answer');
        self::assertSame(4, $this->pause());
    }

    public function testSaysOnceThatTheIssuerStoppedAnsweringAndWhyAndOnceThatItAnswersAgain(): void
    {
        foreach ([[null, 'no answer'], [404, 'status 404 at the discovery document']] as [$status, $reason]) {
            $this->setUp();
            $this->answer($status);
            $this->process()->isReachable();
            $this->process()->noteFailed('something else');
            $this->clock->pass(2);
            $this->process()->isReachable(ReachabilityAsker::Click);
            $this->process()->noteReached();
            $this->process()->noteReached();
            $this->clock->pass(30);
            $this->process()->noteReached();
            self::assertSame(
                [['issuer.no-answer', ['reason' => $reason]], ['issuer.answers', []]],
                $this->log->notes,
            );
        }
    }

    private function process(): ProviderReachability
    {
        $issuer = 'https://accounts.example.org/tenant/';
        return new ProviderReachability($issuer, $this->http, $this->cache, $this->clock, $this->log);
    }

    private function answer(?int $status): void
    {
        $this->http->answers = $status === null ? [] : [self::DOCUMENT => new HttpResponse($status, [], '{}')];
    }

    private function probes(): int
    {
        return $this->http->asked(self::DOCUMENT);
    }

    /** Waits until the pause is over. @return int its seconds */
    private function pause(): int
    {
        for ($seconds = 0; $this->process()->isPaused(); $seconds++) {
            $this->clock->pass(1);
        }
        return $seconds;
    }
}
