<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Session;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Issuer\IssuerConnection;
use Latchkey\RelyingParty\Issuer\ProfileAnswer;
use Latchkey\RelyingParty\Issuer\ProfileAnswerKind;
use Latchkey\RelyingParty\Linking\Linker;
use Latchkey\RelyingParty\Linking\ProfileClaims;
use Latchkey\RelyingParty\Linking\ProfileClaimsFault;
use Latchkey\RelyingParty\Linking\Subject;
use Latchkey\RelyingParty\RelyingPartyLog;
use Latchkey\RelyingParty\SharedCache;

/**
 * Asks the issuer whether a session lives, with its own bearer, server to server, and takes over what changed in the
 * profile. This is what makes sessions right, whatever hints and back-channel calls were lost or forged.
 */
final class Heartbeat
{
    /** A page waits for it: an issuer that hangs must not hang every application with it. */
    private const ANSWER_SECONDS = 2.0;
    /** A session for which there was no answer is asked for again after so long. */
    private const PAUSE_SECONDS = 2;

    public function __construct(
        private IssuerConnection $issuer,
        private LocalSessions $sessions,
        private LocalSessionStore $store,
        private Linker $linker,
        private RelyingPartyLog $log,
        private int $unprovedSeconds,
        private SharedCache $cache,
        private Clock $clock,
    ) {
    }

    /** @return bool whether the session may be used: it lives, or the issuer does not answer and the proof is not too old */
    public function prove(LocalSession $session): bool
    {
        if ($this->isPaused($session)) {
            return $this->goUnproved($session);
        }
        $tokens = $this->sessions->tokensOf($session);
        if ($tokens === null) {
            return $this->ended($session, 'heartbeat.tokens-unreadable');
        }
        // One that something changed for reads the whole profile, whatever it was told before.
        $etag = $session->distrusted ? null : $session->profileEtag;
        $answer = $this->issuer->readProfile($tokens->accessToken, $etag, self::ANSWER_SECONDS);
        // Only the doubt that was there when it was asked: one that came since then is not answered by this.
        $proved = [
            'provedAt' => $this->clock->now(),
            ...($session->distrusted ? ['distrusted' => false] : []),
        ];
        return match ($answer->kind) {
            ProfileAnswerKind::NoAnswer => $this->withoutAnswer($session, $answer),
            ProfileAnswerKind::Ended => $this->ended($session),
            ProfileAnswerKind::Unchanged => $this->store->update($session->idHash, $proved),
            ProfileAnswerKind::Profile => $this->withProfile($session, $answer, $proved),
        };
    }

    private function withoutAnswer(LocalSession $session, ProfileAnswer $answer): bool
    {
        $age = (int) round($this->clock->now() - $session->provedAt);
        $this->log->note('heartbeat.no-answer', ['reason' => $answer->reason, 'proofAgeSeconds' => $age]);
        $until = $this->clock->now() + self::PAUSE_SECONDS;
        $this->cache->set(self::pauseKey($session), (string) $until, self::PAUSE_SECONDS);
        return $this->goUnproved($session);
    }

    /** Nothing was said: the last proof counts for so long. */
    private function goUnproved(LocalSession $session): bool
    {
        $age = $this->clock->now() - $session->provedAt;
        return $age < $this->unprovedSeconds || $this->ended($session);
    }

    private function isPaused(LocalSession $session): bool
    {
        $left = (float) ($this->cache->get(self::pauseKey($session)) ?? 0) - $this->clock->now();
        return $left > 0 && $left <= self::PAUSE_SECONDS;
    }

    private static function pauseKey(LocalSession $session): string
    {
        return 'latchkey-unproved-' . substr(hash('sha256', $session->idHash), 0, 32);
    }

    /** @param array<string, mixed> $proved */
    private function withProfile(LocalSession $session, ProfileAnswer $answer, array $proved): bool
    {
        $profile = ProfileClaims::read($answer->claims, new Subject($session->issuer, $session->sub));
        if ($profile instanceof ProfileClaimsFault) {
            return $this->ended($session, 'heartbeat.other-subject');
        }
        $applied = $this->linker->applyProfile($profile);
        // Those whose address moved on to this person read their profiles anew.
        foreach ($applied->displaced as $displaced) {
            $this->store->distrust($displaced);
        }
        if ($applied->isRefusal()) {
            $reason = $applied->reason ?? $applied->kind->value;
            return $this->ended($session, 'heartbeat.not-admitted', ['reason' => $reason]);
        }
        return $this->store->update($session->idHash, [...$proved, 'profileEtag' => $answer->etag]);
    }

    /** @param array<string, mixed> $details */
    private function ended(LocalSession $session, ?string $event = null, array $details = []): bool
    {
        if ($event !== null) {
            $this->log->note($event, $details);
        }
        $this->store->delete($session->idHash);
        return false;
    }
}
