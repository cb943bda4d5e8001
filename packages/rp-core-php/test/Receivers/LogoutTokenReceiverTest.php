<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Receivers;

use Latchkey\RelyingParty\Http\Answer;
use Latchkey\RelyingParty\Http\ReceivedRequest;
use Latchkey\RelyingParty\Test\Support\ReceiverWorld;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class LogoutTokenReceiverTest extends TestCase
{
    private const FORM = 'application/x-www-form-urlencoded';

    private ReceiverWorld $world;
    private string $token;

    protected function setUp(): void
    {
        $vectors = Vectors::read('logout-tokens');
        $this->token = $vectors->accepted[0]->token;
        $this->world = new ReceiverWorld($vectors);
    }

    public static function sequences(): iterable
    {
        return Vectors::cases('logout-tokens', 'sequences');
    }

    /** @dataProvider sequences */
    public function testKeepsInSequence(stdClass $case): void
    {
        array_map($this->world->begin(...), $case->sessions);
        foreach ($case->steps as $step) {
            if (isset($step->begin)) {
                self::assertSame($step->begun, $this->world->begin($step->begin), $step->begin->name);
                continue;
            }
            $this->world->clock->now = $step->now;
            self::assertSame($step->status, $this->deliver($step->token)->status, $step->why);
            self::assertSame($step->left, $this->world->left(), $step->why);
        }
        self::assertSame([], $this->world->log->notes);
    }

    public function testAnswersSuccessWithNoBodyKeptByNoCache(): void
    {
        self::assertEquals(new Answer(200, ['cache-control' => 'no-store']), $this->deliver($this->token));
    }

    public function testAnswersARefusalWithAnOAuthErrorThatSaysWhy(): void
    {
        $this->world->clock->pass(3600);
        self::assertEquals(
            new Answer(
                400,
                ['cache-control' => 'no-store', 'content-type' => 'application/json'],
                '{"error":"invalid_request","error_description":"the token is too old"}',
            ),
            $this->deliver($this->token),
        );
        self::assertSame([], $this->world->log->notes);
    }

    public function testTakesDeliveriesOnly(): void
    {
        $this->beginLaptop();
        $body = "logout_token={$this->token}";
        $form = ['Content-Type' => self::FORM];
        $cases = [
            [405, new ReceivedRequest('GET', $body, $form)],
            [405, new ReceivedRequest('PUT', '', $form, $body)],
            [400, new ReceivedRequest('POST', $body, $form)],
            [415, new ReceivedRequest('POST', '', [], $body)],
            [415, new ReceivedRequest('POST', '', ['Content-Type' => 'application/json'], $body)],
            [415, new ReceivedRequest('POST', '', ['Content-Type' => self::FORM . 'x'], $body)],
            [415, new ReceivedRequest('POST', '', ['Content-Type' => 'multipart/form-data; boundary=x'], $body)],
            [400, new ReceivedRequest('POST', '', $form, 'token=x')],
            [400, new ReceivedRequest('POST', '', $form, "{$body}&{$body}")],
            [400, new ReceivedRequest('POST', '', $form, "{$body}&logout_token=")],
            [400, new ReceivedRequest('POST', '', $form, "{$body}&logout%5Ftoken=x")],
            [400, new ReceivedRequest('POST', '', $form, 'logout_token=')],
            [400, new ReceivedRequest('POST', '', $form, '')],
            [400, new ReceivedRequest('POST', '', $form, null)],
            [400, new ReceivedRequest('POST', '', $form, "{$body}&a=\xff")],
            [413, new ReceivedRequest('POST', '', [...$form, 'Content-Length' => '65537'], null)],
            [413, new ReceivedRequest('POST', '', $form, $body . str_repeat('&', 64 * 1024))],
        ];
        foreach ($cases as $at => [$status, $request]) {
            $answer = $this->world->logoutTokens()->receive($request);
            self::assertSame([$status, 'no-store'], [$answer->status, $answer->headers['cache-control']], (string) $at);
        }
        self::assertSame(['laptop'], $this->world->left());
        self::assertSame([], $this->world->log->notes);
    }

    public function testTakesATypeWithParametersAndInCapitalLettersAndIgnoresOtherFields(): void
    {
        $this->beginLaptop();
        $headers = ['CONTENT-TYPE' => 'Application/X-WWW-Form-Urlencoded; charset=UTF-8'];
        $request = new ReceivedRequest('POST', '', $headers, "a=1&logout_token={$this->token}");
        self::assertSame(200, $this->world->logoutTokens()->receive($request)->status);
        self::assertSame([], $this->world->left());
    }

    public function testRemembersATokenUntilItIsTooOldEverywhereAndADeliveryForLongerThanAnIssuerTries(): void
    {
        $this->deliver($this->token);
        $keptFor = array_map(fn (float $until) => $until - $this->world->clock->now, $this->world->used->claimed);
        self::assertEquals([2 * 86_400, 600 + 120 - 5], array_values($keptFor));
    }

    public function testAnswersFiveHundredAndLetsTheIssuerSendTheTokenAgainWhenSomethingFailsHere(): void
    {
        foreach (['end', 'isClaimed', 'claim'] as $method) {
            $this->setUp();
            $this->beginLaptop();
            $failing = $method === 'end' ? $this->world->sessions : $this->world->used;
            $failing->failing[$method] = true;
            $answer = $this->deliver($this->token);
            self::assertSame([500, ''], [$answer->status, $answer->body]);
            self::assertSame(['receiver.fault'], $this->world->log->events());
            self::assertSame(200, $this->deliver($this->token)->status);
            self::assertSame([], $this->world->left());
        }
    }

    public function testAnswersFiveHundredAndThreeWhenTheIssuersKeysCannotBeReadAndTakesTheTokenLater(): void
    {
        $this->beginLaptop();
        [$answers, $this->world->http->answers] = [$this->world->http->answers, []];
        $answer = $this->deliver($this->token);
        self::assertSame([503, '10'], [$answer->status, $answer->headers['retry-after']]);
        $this->world->http->answers = $answers;
        $this->world->clock->pass(10);
        self::assertSame(200, $this->deliver($this->token)->status);
    }

    private function deliver(string $token): Answer
    {
        $body = http_build_query(['logout_token' => $token]);
        return $this->world->logoutTokens()->receive(
            new ReceivedRequest('POST', '', ['Content-Type' => self::FORM], $body),
        );
    }

    private function beginLaptop(): void
    {
        $begunAt = $this->world->clock->now - 1000;
        $laptop = ['name' => 'laptop', 'sub' => 'alice', 'sid' => 'sid-1', 'begun_at' => $begunAt];
        $this->world->begin((object) $laptop);
    }
}
