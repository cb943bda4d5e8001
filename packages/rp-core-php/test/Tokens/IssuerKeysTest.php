<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Tokens;

use Latchkey\RelyingParty\Http\HttpException;
use Latchkey\RelyingParty\Http\HttpResponse;
use Latchkey\RelyingParty\Test\Support\InMemoryCache;
use Latchkey\RelyingParty\Test\Support\ScriptedHttp;
use Latchkey\RelyingParty\Test\Support\TestClock;
use Latchkey\RelyingParty\Test\Support\TestKey;
use Latchkey\RelyingParty\Tokens\IssuerKeys;
use Latchkey\RelyingParty\Tokens\IssuerKeysException;
use Latchkey\RelyingParty\Tokens\SigningAlgorithm;
use PHPUnit\Framework\TestCase;
use stdClass;

final class IssuerKeysTest extends TestCase
{
    private const URI = 'https://accounts.example.org/jwks';
    private const UNKNOWN = IssuerKeysException::UNKNOWN;
    private const UNAVAILABLE = IssuerKeysException::UNAVAILABLE;

    private TestClock $clock;
    private InMemoryCache $cache;
    private ScriptedHttp $http;
    private stdClass $first;
    private stdClass $second;
    private bool $isLocated = true;

    protected function setUp(): void
    {
        $this->clock = new TestClock();
        $this->cache = new InMemoryCache($this->clock);
        $this->http = new ScriptedHttp();
        $this->isLocated = true;
        $this->first = TestKey::es256('first')->jwk;
        $this->second = TestKey::es256('second')->jwk;
        $this->publish($this->first);
    }

    public function testAsksWhenAKeyIsFirstNeededAndOnceForAllProcesses(): void
    {
        for ($process = 0; $process < 20; $process++) {
            self::assertSame('found', $this->find('first'));
        }
        self::assertSame(1, $this->asked());
    }

    public function testKeepsKeysForTenMinutes(): void
    {
        $this->find('first');
        $this->clock->pass(599);
        $this->find('first');
        self::assertSame(1, $this->asked());
        $this->clock->pass(1);
        $this->find('first');
        self::assertSame(2, $this->asked());
    }

    public function testNoLongerKnowsAKeyThatWasWithdrawnTenMinutesLater(): void
    {
        $this->find('first');
        $this->publish($this->second);
        $this->clock->pass(600);
        self::assertSame(self::UNKNOWN, $this->find('first'));
        self::assertSame('found', $this->find('second'));
    }

    public function testFindsANewKeyAtOnceWhenItLastReadThemAMinuteAgo(): void
    {
        $this->find('first');
        $this->publish($this->first, $this->second);
        $this->clock->pass(60);
        self::assertSame('found', $this->find('second'));
        self::assertSame(2, $this->asked());
    }

    public function testAsksOnceAMinuteHoweverManyUnknownKeysAreNamed(): void
    {
        $this->find('first');
        for ($second = 0; $second < 180; $second++) {
            // In between, one may be a new key: nothing is known of the token.
            $isAsked = $second > 0 && $second % 60 === 0;
            self::assertSame($isAsked ? self::UNKNOWN : self::UNAVAILABLE, $this->find("forged-{$second}"));
            $this->clock->pass(1);
        }
        self::assertSame(3, $this->asked());
    }

    public function testAsksOnceAMinuteForUnknownKeysWhileTheIssuerDoesNotAnswerAndKeepsThoseItHas(): void
    {
        $this->find('first');
        $this->clock->pass(60);
        $this->http->answers = [];
        for ($second = 0; $second < 60; $second++) {
            self::assertSame(self::UNAVAILABLE, $this->find("forged-{$second}"));
            self::assertSame('found', $this->find('first'));
            $this->clock->pass(1);
        }
        self::assertSame(2, $this->asked());
    }

    public function testTakesATokenOfAnUnknownKeyForUndecidedWhileAnotherProcessAsks(): void
    {
        $this->find('first');
        $this->clock->pass(60);
        $meanwhile = null;
        $this->http->answers[self::URI] = function () use (&$meanwhile): HttpResponse {
            $meanwhile = $this->find('second');
            return ScriptedHttp::json(['keys' => [$this->first, $this->second]]);
        };
        self::assertSame('found', $this->find('second'));
        self::assertSame([self::UNAVAILABLE, 2], [$meanwhile, $this->asked()]);
    }

    public function testAsksEveryFiveSecondsWhileItHasNoKeys(): void
    {
        $this->http->answers[self::URI] = new HttpResponse(503, [], '');
        for ($second = 0; $second < 20; $second++) {
            self::assertSame(self::UNAVAILABLE, $this->find('first'));
            $this->clock->pass(1);
        }
        self::assertSame(4, $this->asked());
        $this->publish($this->first);
        self::assertSame('found', $this->find('first'));
    }

    public function testWaitsForDiscoveryToSucceedAndNeedsNoneWhileItHasKeys(): void
    {
        $this->isLocated = false;
        self::assertSame(self::UNAVAILABLE, $this->find('first'));
        $this->isLocated = true;
        self::assertSame(self::UNAVAILABLE, $this->find('first'), 'paused');
        self::assertSame(0, $this->asked());
        $this->clock->pass(5);
        self::assertSame('found', $this->find('first'));
        $this->isLocated = false;
        $this->clock->pass(300);
        self::assertSame('found', $this->find('first'));
    }

    public function testTakesNoOtherAnswerForKeys(): void
    {
        $body = json_encode(['keys' => [$this->first]]);
        $tooLong = json_encode(['keys' => [$this->first], 'more' => str_repeat('x', 64 * 1024)]);
        $bodies = ['<html>', 'null', '[]', '{}', '{"keys":{}}', '{"keys":["first"]}', '{"keys":[[]]}', '', $tooLong];
        $answers = array_map(fn (string $text) => new HttpResponse(200, [], $text), $bodies);
        foreach ([201, 302, 404, 500] as $status) {
            $answers[] = new HttpResponse($status, ['Location' => self::URI], $body);
        }
        foreach ($answers as $at => $answer) {
            $this->setUp();
            $this->http->answers[self::URI] = $answer;
            self::assertSame(self::UNAVAILABLE, $this->find('first'), (string) $at);
        }
    }

    public function testDoesNotWaitForTheIssuerLongerThanTheLimit(): void
    {
        $this->find('first');
        [$request] = $this->http->requests;
        self::assertSame([5.0, 64 * 1024], [$request->timeoutSeconds, $request->mostBytes]);
    }

    /** @dataProvider fits */
    public function testWhichKeyFits(array $keys, ?string $kid, string $alg, string $outcome): void
    {
        $this->publish(...array_map(fn (array $key) => (object) $key, $keys));
        self::assertSame($outcome, $this->find($kid, $alg));
    }

    public static function fits(): iterable
    {
        $first = (array) TestKey::es256('first')->jwk;
        $second = (array) TestKey::es256('second')->jwk;
        $rsa = (array) TestKey::rs256('first')->jwk;
        $ed = (array) TestKey::edDsa('first')->jwk;
        yield 'a key without alg and use' => [[$first], 'first', 'ES256', 'found'];
        yield 'the only one, though the token names none' => [[$first], null, 'ES256', 'found'];
        yield 'none of two when the token names none' => [[$first, $second], null, 'ES256', self::UNKNOWN];
        yield 'the one of two that is for signatures'
            => [[$first, ['use' => 'enc'] + $second], null, 'ES256', 'found'];
        yield 'the one of two that is of the type' => [[$rsa, $ed], null, 'EdDSA', 'found'];
        yield 'not a key for encryption' => [[['use' => 'enc'] + $first], 'first', 'ES256', self::UNKNOWN];
        yield 'not a key with a use that nobody knows'
            => [[['use' => 'SIG'] + $first], 'first', 'ES256', self::UNKNOWN];
        yield 'not a key for other operations'
            => [[['key_ops' => ['encrypt']] + $first], 'first', 'ES256', self::UNKNOWN];
        yield 'a key whose operations say verify' => [[['key_ops' => ['verify']] + $first], 'first', 'ES256', 'found'];
        yield 'not a key of another alg' => [[['alg' => 'ES384'] + $first], 'first', 'ES256', self::UNKNOWN];
        yield 'not a key of another type' => [[$rsa], 'first', 'ES256', self::UNKNOWN];
        yield 'not a key of another curve' => [[['crv' => 'P-384'] + $first], 'first', 'ES256', self::UNKNOWN];
        yield 'not a shared secret' => [[['kty' => 'oct', 'kid' => 'first', 'k' => 'c2VjcmV0']], 'first', 'RS256',
            self::UNKNOWN];
        yield 'not a broken key' => [[['x' => 'AA'] + $first], 'first', 'ES256', self::UNKNOWN];
        yield 'a good key beside a broken one' => [[['x' => 'AA'] + $second, $first], 'first', 'ES256', 'found'];
        yield 'a good key beside one of a type that nobody knows'
            => [[['kty' => 'X', 'kid' => 'x'], $first], 'first', 'ES256', 'found'];
        yield 'none of two with the same kid'
            => [[$first, ['kid' => 'first'] + $second], 'first', 'ES256', self::UNKNOWN];
        yield 'not a key whose kid only looks the same' => [[['kid' => 0] + $first], '0', 'ES256', self::UNKNOWN];
    }

    private function publish(stdClass ...$keys): void
    {
        $this->http->answers[self::URI] = ScriptedHttp::json(['keys' => $keys]);
    }

    private function asked(): int
    {
        return $this->http->asked(self::URI);
    }

    /** @return string `found`, or the code of the exception; each time as another process has it */
    private function find(?string $kid, string $alg = 'ES256'): string
    {
        $locate = fn () => $this->isLocated ? self::URI : throw new HttpException('no discovery');
        $issuer = 'https://accounts.example.org';
        $keys = new IssuerKeys($issuer, $locate, $this->http, $this->cache, $this->clock);
        try {
            $keys->find(SigningAlgorithm::from($alg), $kid);
            return 'found';
        } catch (IssuerKeysException $exception) {
            return $exception->errorCode;
        }
    }
}
