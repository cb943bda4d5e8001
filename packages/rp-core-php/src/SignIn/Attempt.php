<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Secrets\Base64Url;
use Latchkey\RelyingParty\Secrets\RandomToken;
use Latchkey\RelyingParty\Secrets\Sealer;
use Latchkey\RelyingParty\Secrets\TokenHash;

/** A sign-in that is under way in one browser: everything the callback needs, kept in that browser's sealed cookie. */
final class Attempt
{
    /** Good for so long; the cookie stays longer, so that one that comes too late is known as ours and begun again. */
    public const SECONDS = 10 * 60;
    public const COOKIE_SECONDS = 24 * 3600;

    private const ID_GRAMMAR = '/^[12][A-Za-z0-9_-]{10}$/D';
    private const STATE_GRAMMAR = '/^([12][A-Za-z0-9_-]{10})\.[A-Za-z0-9_-]{43}$/D';

    public readonly string $nonce;
    public readonly string $codeVerifier;

    /**
     * @param string $state the request's `state`: an id that names the cookie, a dot, a secret
     * @param int $number 1, or 2 for one that was begun again by itself because the first came back too late or
     *     unreadable
     * @param list<string> $hints the hints at departure: what the answer is about
     * @param float $begunAt seconds since 1970
     */
    private function __construct(
        public readonly string $state,
        public readonly int $number,
        public readonly AttemptKind $kind,
        private string $seed,
        public readonly string $returnPath,
        public readonly array $hints,
        public readonly float $begunAt,
    ) {
        // Both come of one random seed: many tabs at once must not fill the browser's line of cookies.
        $this->nonce = TokenHash::of("nonce {$seed}");
        $this->codeVerifier = TokenHash::of("verifier {$seed}");
    }

    /** @param list<string> $hints */
    public static function begin(AttemptKind $kind, string $returnPath, array $hints, float $now, int $number = 1): self
    {
        $minutes = Base64Url::encode(pack('N', (int) floor($now / 60)));
        $state = $number . $minutes . Base64Url::encode(random_bytes(3)) . '.' . RandomToken::make();
        return new self($state, $number, $kind, RandomToken::make(), $returnPath, $hints, $now);
    }

    /** @return ?string the attempt's id in a `state`: what follows the prefix in the cookie's name; null: it is not ours */
    public static function idOf(string $state): ?string
    {
        return preg_match(self::STATE_GRAMMAR, $state, $found) === 1 ? $found[1] : null;
    }

    /** When the attempt of an id began, in seconds since 1970, to the minute; 0 for one that is none of ours. */
    public static function beganAt(string $attemptId): int
    {
        if (preg_match(self::ID_GRAMMAR, $attemptId) !== 1) {
            return 0;
        }
        return 60 * unpack('N', (string) Base64Url::decode(substr($attemptId, 1, 6)))[1];
    }

    /** Which attempt an id is of, told without opening anything. */
    public static function numberOf(string $attemptId): int
    {
        return str_starts_with($attemptId, '1') ? 1 : 2;
    }

    public function seal(Sealer $sealer): string
    {
        $sealed = [$this->number, $this->kind->value, $this->seed, $this->returnPath, $this->hints, $this->begunAt];
        return $sealer->seal(json_encode($sealed, JSON_THROW_ON_ERROR), "attempt {$this->state}");
    }

    /** @return ?self null where the cookie was not sealed here for this `state` */
    public static function open(Sealer $sealer, string $cookie, string $state): ?self
    {
        $text = $sealer->open($cookie, "attempt {$state}");
        if ($text === null) {
            return null;
        }
        [$number, $kind, $seed, $returnPath, $hints, $begunAt] = json_decode($text, true, 8, JSON_THROW_ON_ERROR);
        return new self($state, $number, AttemptKind::from($kind), $seed, $returnPath, $hints, $begunAt);
    }
}
