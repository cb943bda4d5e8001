<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Receivers;

use Latchkey\RelyingParty\Receivers\LogoutTokenException;
use Latchkey\RelyingParty\Receivers\LogoutTokenVerifier;
use Latchkey\RelyingParty\Test\Support\ReceiverWorld;
use Latchkey\RelyingParty\Test\Support\Vectors;
use Latchkey\RelyingParty\Tokens\IssuerKeysException;
use Latchkey\RelyingParty\Tokens\SigningAlgorithm;
use PHPUnit\Framework\TestCase;
use stdClass;

final class LogoutTokenVerifierTest extends TestCase
{
    private stdClass $vectors;
    private ReceiverWorld $world;

    protected function setUp(): void
    {
        $this->vectors = Vectors::read('logout-tokens');
        $this->world = new ReceiverWorld($this->vectors);
    }

    public static function accepted(): iterable
    {
        return Vectors::cases('logout-tokens', 'accepted');
    }

    public static function refused(): iterable
    {
        return Vectors::cases('logout-tokens', 'refused');
    }

    /** @dataProvider accepted */
    public function testAccepts(stdClass $case): void
    {
        $request = $this->verifier()->verify($case->token, $case->now);
        self::assertSame($this->vectors->issuer, $request->ended->issuer);
        self::assertEquals((array) $case->result, [
            'sub' => $request->ended->sub,
            'sid' => $request->ended->sid,
            'ended_at' => $request->endedAt,
            'jti' => $request->jti,
            'txn' => $request->txn,
        ]);
    }

    /** @dataProvider refused */
    public function testRefusesAndTellsNothingOfTheToken(stdClass $case): void
    {
        $refusal = $this->refusal($case);
        self::assertSame($case->code, $refusal->errorCode);
        // RFC 6749, section 5.2
        self::assertMatchesRegularExpression('/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/D', $refusal->getMessage());
        $secrets = '/alice|sid-1|delivery-1|logout-1|attacker|wiki|eyJ/';
        self::assertDoesNotMatchRegularExpression($secrets, $refusal->getMessage());
    }

    public function testNeverAsksForKeysOnBehalfOfATokenThatCannotBeGood(): void
    {
        $early = ['MALFORMED', 'ALG', 'TYP', 'CRIT'];
        $cases = array_filter($this->vectors->refused, fn (stdClass $case) =>
            in_array(substr($case->code, strlen('ERR_LOGOUT_TOKEN_')), $early, true)
            // Claims are looked at after the signature only.
            && !str_starts_with($case->why, 'claims that'));
        self::assertGreaterThan(20, count($cases));
        foreach ($cases as $case) {
            $this->refusal($case);
        }
        self::assertSame([], $this->world->http->requests);
    }

    public function testRefusesAnAlgorithmThatThisClientIsNotRegisteredFor(): void
    {
        $refusal = $this->refusal($this->vectors->accepted[0], [SigningAlgorithm::ES256]);
        self::assertSame('ERR_LOGOUT_TOKEN_ALG', $refusal->errorCode);
    }

    public function testRefusesATokenThatIsLongerThanAnyDeliveryMayBe(): void
    {
        [$good] = $this->vectors->accepted;
        $long = (object) ['token' => $good->token . str_repeat('A', 64 * 1024), 'now' => $good->now];
        self::assertSame('ERR_LOGOUT_TOKEN_MALFORMED', $this->refusal($long)->errorCode);
        $lineBreak = (object) ['token' => "{$good->token}\n", 'now' => $good->now];
        self::assertSame('ERR_LOGOUT_TOKEN_MALFORMED', $this->refusal($lineBreak)->errorCode);
    }

    public function testDoesNotRefuseATokenBecauseTheIssuersKeysCannotBeRead(): void
    {
        $this->world->http->answers = [];
        [$good] = $this->vectors->accepted;
        try {
            $this->verifier()->verify($good->token, $good->now);
            self::fail();
        } catch (IssuerKeysException $exception) {
            self::assertSame(IssuerKeysException::UNAVAILABLE, $exception->errorCode);
        }
    }

    private function verifier(?array $algorithms = null): LogoutTokenVerifier
    {
        return new LogoutTokenVerifier($this->world->expectations($algorithms));
    }

    private function refusal(stdClass $case, ?array $algorithms = null): LogoutTokenException
    {
        try {
            $this->verifier($algorithms)->verify($case->token, $case->now);
        } catch (LogoutTokenException $refusal) {
            return $refusal;
        }
        self::fail('the token was accepted');
    }
}
