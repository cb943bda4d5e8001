<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Receivers;

use Latchkey\RelyingParty\Http\Answer;
use Latchkey\RelyingParty\Http\ReceivedRequest;
use Latchkey\RelyingParty\Test\Support\ReceiverWorld;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class SecurityEventReceiverTest extends TestCase
{
    private const TYPE = 'application/secevent+jwt';

    private stdClass $vectors;
    private ReceiverWorld $world;

    protected function setUp(): void
    {
        $this->vectors = Vectors::read('security-events');
        $this->world = new ReceiverWorld($this->vectors);
    }

    public static function sequences(): iterable
    {
        return Vectors::cases('security-events', 'sequences');
    }

    /** @dataProvider sequences */
    public function testKeepsInSequence(stdClass $case): void
    {
        array_map($this->world->begin(...), $case->sessions);
        foreach ($case->steps as $step) {
            $this->world->clock->now = $step->now;
            $this->world->calls = [];
            $answer = $this->deliver($step->token);
            self::assertSame($step->status, $answer->status, $step->why);
            $err = $answer->body === '' ? null : json_decode($answer->body)->err;
            self::assertSame($step->err ?? null, $err, $step->why);
            $calls = array_map(fn (stdClass $call) => (array) $call, $step->calls);
            self::assertEquals($calls, $this->world->calls, $step->why);
            self::assertSame($step->left, $this->world->left(), $step->why);
            self::assertSame($step->distrusted, $this->world->distrusted(), $step->why);
        }
        self::assertSame([], $this->world->log->notes);
    }

    public function testAnswersSuccessWithNoBodyAndARefusalInEnglish(): void
    {
        $token = $this->tokenOf('claims-changed');
        self::assertEquals(new Answer(202, ['cache-control' => 'no-store']), $this->deliver($token));
        $this->world->clock->pass(2 * 86_400);
        $headers = [
            'cache-control' => 'no-store', 'content-type' => 'application/json', 'content-language' => 'en',
        ];
        self::assertEquals(
            new Answer(400, $headers, '{"err":"invalid_request","description":"the token is too old"}'),
            $this->deliver($token),
        );
        self::assertSame([], $this->world->log->notes);
    }

    public function testTakesDeliveriesOnly(): void
    {
        $token = $this->tokenOf('account-disabled');
        $cases = [
            [405, 'GET', self::TYPE, $token], [415, 'POST', 'application/jwt', $token],
            [415, 'POST', 'application/json', $token], [415, 'POST', '', $token], [400, 'POST', self::TYPE, ''],
            [400, 'POST', self::TYPE, null], [400, 'POST', self::TYPE, "\xff"],
            [400, 'POST', self::TYPE, "{$token}\n"], [400, 'POST', self::TYPE, " {$token}"],
            [400, 'POST', self::TYPE, "SET={$token}"], [413, 'POST', self::TYPE, str_repeat('A', 64 * 1024 + 1)],
        ];
        foreach ($cases as $at => [$status, $method, $type, $body]) {
            $request = new ReceivedRequest($method, '', ['content-type' => $type], $body);
            $answer = $this->world->securityEvents()->receive($request);
            self::assertSame($status, $answer->status, (string) $at);
        }
        self::assertSame([[], []], [$this->world->calls, $this->world->log->notes]);
    }

    public function testAnswersFiveHundredAndTellsTheApplicationAgainWhenTheSameTokenComesAgain(): void
    {
        foreach (['claims-changed', 'account-disabled', 'account-enabled', 'account-purged'] as $kind) {
            $this->setUp();
            $this->world->isFailing = true;
            $answer = $this->deliver($this->tokenOf($kind));
            self::assertSame([500, ''], [$answer->status, $answer->body]);
            self::assertSame(['receiver.fault'], $this->world->log->events());
            self::assertSame(202, $this->deliver($this->tokenOf($kind))->status);
            self::assertCount(1, $this->world->calls);
        }
    }

    public function testHasEndedTheSessionsEvenIfTheApplicationFailsThen(): void
    {
        foreach (['account-disabled', 'account-purged'] as $kind) {
            $this->setUp();
            $this->beginLaptop();
            $this->world->isFailing = true;
            $this->deliver($this->tokenOf($kind));
            self::assertSame([], $this->world->left());
        }
    }

    public function testAnswersFiveHundredWhenTheSessionsCannotBeChangedAndDoesItTheNextTime(): void
    {
        $cases = [['end', 'account-disabled'], ['end', 'account-purged'], ['distrust', 'credential-changed']];
        foreach ($cases as [$method, $kind]) {
            $this->setUp();
            $this->beginLaptop();
            $this->world->sessions->failing[$method] = true;
            self::assertSame(500, $this->deliver($this->tokenOf($kind))->status);
            self::assertSame([], $this->world->calls);
            self::assertSame(202, $this->deliver($this->tokenOf($kind))->status);
            self::assertSame($method === 'end' ? [] : ['laptop'], $this->world->left());
            self::assertSame($method === 'end' ? [] : ['laptop'], $this->world->distrusted());
        }
    }

    public function testAnswersFiveHundredAndThreeWhenTheIssuersKeysCannotBeRead(): void
    {
        $this->world->http->answers = [];
        self::assertSame(503, $this->deliver($this->tokenOf('account-disabled'))->status);
        self::assertSame([], $this->world->calls);
    }

    public function testRemembersATokenUntilItIsTooOldEverywhereAndADeliveryForLongerThanAnIssuerTries(): void
    {
        $this->deliver($this->vectors->accepted[0]->token);
        $keptFor = array_map(fn (float $until) => $until - $this->world->clock->now, $this->world->used->claimed);
        self::assertEquals([86_400 + 120 - 5, 2 * 86_400], array_values($keptFor));
    }

    private function tokenOf(string $kind): string
    {
        foreach ($this->vectors->accepted as $case) {
            if ($case->result->kind === $kind) {
                return $case->token;
            }
        }
        self::fail("no vector of {$kind}");
    }

    private function deliver(string $token): Answer
    {
        $request = new ReceivedRequest('POST', '', ['content-type' => self::TYPE], $token);
        return $this->world->securityEvents()->receive($request);
    }

    private function beginLaptop(): void
    {
        $begunAt = $this->world->clock->now - 1000;
        $laptop = ['name' => 'laptop', 'sub' => 'alice', 'sid' => 'sid-1', 'begun_at' => $begunAt];
        $this->world->begin((object) $laptop);
    }
}
