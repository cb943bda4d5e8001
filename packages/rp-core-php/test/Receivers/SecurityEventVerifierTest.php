<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Receivers;

use Latchkey\RelyingParty\Receivers\SecurityEventException;
use Latchkey\RelyingParty\Receivers\SecurityEventVerifier;
use Latchkey\RelyingParty\Test\Support\ReceiverWorld;
use Latchkey\RelyingParty\Test\Support\Vectors;
use PHPUnit\Framework\TestCase;
use stdClass;

final class SecurityEventVerifierTest extends TestCase
{
    public static function accepted(): iterable
    {
        return Vectors::cases('security-events', 'accepted');
    }

    public static function refused(): iterable
    {
        return Vectors::cases('security-events', 'refused');
    }

    /** @dataProvider accepted */
    public function testAccepts(stdClass $case): void
    {
        $event = self::verifier()->verify($case->token, $case->now);
        self::assertEquals((array) $case->result, [
            'kind' => $event->kind->value,
            'type' => $event->type,
            'sub' => $event->sub,
            'claims' => $event->claims,
            'profile_version' => $event->profileVersion,
            'occurred_at' => $event->occurredAt,
            'jti' => $event->jti,
            'txn' => $event->txn,
        ]);
    }

    /** @dataProvider refused */
    public function testRefusesAndTellsNothingOfTheToken(stdClass $case): void
    {
        try {
            self::verifier()->verify($case->token, $case->now);
            self::fail('the token was accepted');
        } catch (SecurityEventException $refusal) {
            self::assertSame($case->code, $refusal->errorCode);
            $secrets = '/alice|bob|Liddell|editors|delivery-1|event-1|attacker|wiki|eyJ/';
            self::assertDoesNotMatchRegularExpression($secrets, $refusal->getMessage());
        }
    }

    private static function verifier(): SecurityEventVerifier
    {
        return new SecurityEventVerifier((new ReceiverWorld(Vectors::read('security-events')))->expectations());
    }
}
