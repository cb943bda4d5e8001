<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Tokens;

use Latchkey\RelyingParty\Secrets\Base64Url;
use Latchkey\RelyingParty\Test\Support\TestKey;
use Latchkey\RelyingParty\Tokens\PublicKey;
use Latchkey\RelyingParty\Tokens\SigningAlgorithm;
use PHPUnit\Framework\TestCase;

final class PublicKeyTest extends TestCase
{
    /** @dataProvider keys */
    public function testVerifiesWhatItsPairSignedAndNothingElse(SigningAlgorithm $algorithm, TestKey $pair): void
    {
        $key = PublicKey::fromJwk($pair->jwk, $algorithm);
        // ES256 signatures have other lengths in DER than in JWS, and not always the same.
        for ($run = 0; $run < 100; $run++) {
            $signature = $pair->sign("text {$run}");
            self::assertTrue($key->verifies($signature, "text {$run}"));
            self::assertFalse($key->verifies($signature, 'text'));
        }
        // In the middle of an ES256 signature a zero changes neither of its two numbers.
        $padded = substr($signature, 0, 32) . "\0" . substr($signature, 32);
        $zeros = str_repeat("\0", strlen($signature));
        foreach (['', "\0", substr($signature, 1), "{$signature}\0", $padded, $zeros] as $other) {
            self::assertFalse($key->verifies($other, 'text 99'));
        }
        $signature[10] = chr(ord($signature[10]) ^ 1);
        self::assertFalse($key->verifies($signature, 'text 99'));
    }

    public static function keys(): iterable
    {
        yield 'RS256' => [SigningAlgorithm::RS256, TestKey::rs256('k')];
        yield 'ES256' => [SigningAlgorithm::ES256, TestKey::es256('k')];
        yield 'EdDSA' => [SigningAlgorithm::EdDSA, TestKey::edDsa('k')];
    }

    public function testTakesNoDerSignatureForEs256(): void
    {
        $pair = openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1']);
        $point = openssl_pkey_get_details($pair)['ec'];
        openssl_sign('text', $der, $pair, OPENSSL_ALGO_SHA256);
        $fixed = fn (string $bytes) => Base64Url::encode(str_pad($bytes, 32, "\0", STR_PAD_LEFT));
        $jwk = (object) ['x' => $fixed($point['x']), 'y' => $fixed($point['y'])];
        self::assertFalse(PublicKey::fromJwk($jwk, SigningAlgorithm::ES256)->verifies($der, 'text'));
    }

    public function testTakesNoWeakOrBrokenKey(): void
    {
        $rsa = TestKey::rs256('k')->jwk;
        $weak = TestKey::rs256('k', 1024)->jwk;
        $short = Base64Url::encode("\0\0" . Base64Url::decode($weak->n));
        $huge = Base64Url::encode(random_bytes(3000));
        $rsaKeys = [$weak, ['n' => $short], ['n' => $huge], ['n' => ''], ['n' => 5], ['e' => 'AQ'], ['e' => ''],
            ['e' => 'AAAB'], ['e' => Base64Url::encode(random_bytes(9))], ['n' => '*']];
        foreach ($rsaKeys as $at => $change) {
            $jwk = (object) [...(array) $rsa, ...(array) $change];
            self::assertNull(PublicKey::fromJwk($jwk, SigningAlgorithm::RS256), "RSA {$at}");
        }
        $ec = TestKey::es256('k')->jwk;
        $other = TestKey::es256('k')->jwk;
        foreach ([['x' => 'AA'], ['y' => $other->y], ['x' => null], ['y' => ['a']], ['x' => "{$ec->x}AA"]] as $change) {
            $jwk = (object) [...(array) $ec, ...$change];
            self::assertNull(PublicKey::fromJwk($jwk, SigningAlgorithm::ES256), json_encode($change));
        }
        self::assertNull(PublicKey::fromJwk((object) ['x' => 'AA'], SigningAlgorithm::EdDSA));
    }

    public function testTakesNoKeyWithWhichEverythingIsSigned(): void
    {
        // A point of small order: with it a signature of zeros would fit many texts.
        $jwk = (object) ['x' => Base64Url::encode("\1" . str_repeat("\0", 31))];
        $key = PublicKey::fromJwk($jwk, SigningAlgorithm::EdDSA);
        self::assertFalse($key->verifies("\1" . str_repeat("\0", 63), 'text'));
    }
}
