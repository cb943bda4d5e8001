<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\SignIn;

use Latchkey\RelyingParty\Issuer\SignInAnswer;
use Latchkey\RelyingParty\Linking\AdoptionProof;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\Secrets\RandomToken;
use Latchkey\RelyingParty\Secrets\Sealer;

/**
 * A sign-in that waits for a proof. It lies sealed in the browser that began it, and nowhere else. The profile is not
 * in it: a cookie may have no room for it, and it is read again when the proof is made.
 */
final class PendingSignIn
{
    private const CONTEXT = 'pending sign-in';

    /**
     * @param string $id for the tokens of its forms
     * @param int $begunAt in seconds since 1970
     */
    private function __construct(
        public readonly string $id,
        public readonly Answered $answered,
        public readonly Subject $subject,
        public readonly string $localUserId,
        public readonly int $begunAt,
    ) {
    }

    public static function begin(Answered $answered, Subject $subject, string $localUserId, float $now): self
    {
        return new self(RandomToken::make(), $answered, $subject, $localUserId, (int) floor($now));
    }

    public function seal(Sealer $sealer): string
    {
        return $sealer->seal(json_encode($this, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), self::CONTEXT);
    }

    /** @return ?self null where it was not sealed here, or waited too long */
    public static function open(Sealer $sealer, ?string $cookie, float $now): ?self
    {
        $text = $cookie === null ? null : $sealer->open($cookie, self::CONTEXT);
        if ($text === null) {
            return null;
        }
        $kept = json_decode($text, true, 8, JSON_THROW_ON_ERROR); // sealed by us
        if ($now >= $kept['begunAt'] + AdoptionProof::LIFETIME_SECONDS) {
            return null;
        }
        return new self(...[
            ...$kept,
            'answered' => new Answered(...[
                ...$kept['answered'],
                'answer' => new SignInAnswer(...$kept['answered']['answer']),
                'kind' => AttemptKind::from($kept['answered']['kind']),
            ]),
            'subject' => new Subject(...$kept['subject']),
        ]);
    }
}
