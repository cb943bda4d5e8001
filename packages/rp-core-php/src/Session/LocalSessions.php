<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Session;

use Latchkey\RelyingParty\Clock;
use Latchkey\RelyingParty\Issuer\SignInAnswer;
use Latchkey\RelyingParty\Secrets\Sealer;
use Latchkey\RelyingParty\Secrets\TokenHash;

/**
 * Makes, finds and ends sessions at the application. What the browser holds is the host's: it names a session by the
 * hash of that, and gives each one that begins a value that nobody knew before.
 */
final class LocalSessions
{
    private const MOST_FOREIGN_HINTS = 10;

    public function __construct(
        private LocalSessionStore $store,
        private Sealer $sealer,
        private string $issuer,
        private int $sessionSeconds,
        private Clock $clock,
    ) {
    }

    /** @return ?LocalSession null where it ended, is past its end, or is of an issuer that the application had before */
    public function find(string $idHash): ?LocalSession
    {
        $session = $this->store->find($idHash);
        if ($session === null || $session->issuer !== $this->issuer) {
            return null;
        }
        if ($session->expiresAt > $this->clock->now()) {
            return $session;
        }
        $this->store->delete($idHash);
        return null;
    }

    /** When a session that this answer begins comes to its absolute end, in seconds since 1970. */
    public function endOf(SignInAnswer $answer): float
    {
        return min($this->clock->now() + $this->sessionSeconds, $answer->sessionExpiresAt ?? INF);
    }

    /**
     * @param list<string> $hints at departure; those that are not the answer's are foreign
     * @return ?LocalSession null when the issuer's session ended meanwhile
     */
    public function begin(
        string $idHash,
        SignInAnswer $answer,
        string $localUserId,
        array $hints,
        ?string $profileEtag,
    ): ?LocalSession {
        $session = new LocalSession(...[
            ...$this->answered($idHash, $answer),
            'idHash' => $idHash,
            'issuer' => $this->issuer,
            'sub' => $answer->sub,
            'sid' => $answer->sid,
            'localUserId' => $localUserId,
            'foreignHints' => self::foreignHints($hints, $answer->hint, []),
            'profileEtag' => $profileEtag,
            'begunAt' => $answer->issuedAt,
            'provedAt' => $this->clock->now(),
            'distrusted' => false,
        ]);
        return $session->expiresAt > $this->clock->now() && $this->store->insert($session) ? $session : null;
    }

    /**
     * The same person in the same session of the issuer: the local session goes on with a new bearer.
     *
     * @param list<string> $hints at departure
     */
    public function goOn(LocalSession $session, SignInAnswer $answer, array $hints, ?string $profileEtag): bool
    {
        return $this->store->update($session->idHash, [
            ...$this->answered($session->idHash, $answer),
            'foreignHints' => self::foreignHints($hints, $answer->hint, $session->foreignHints),
            'profileEtag' => $profileEtag,
            'provedAt' => $this->clock->now(),
            // A doubt that came after the session was read stays.
            ...($session->distrusted ? ['distrusted' => false] : []),
        ]);
    }

    /**
     * A silent trip brought no word about the session: its own bearer is asked at the next use.
     *
     * @param list<string> $hints that shall cause no further trip
     */
    public function doubt(LocalSession $session, array $hints): void
    {
        $this->store->update($session->idHash, [
            'distrusted' => true,
            'foreignHints' => self::foreignHints($hints, $session->hint, $session->foreignHints),
        ]);
    }

    public function end(LocalSession $session): void
    {
        $this->store->delete($session->idHash);
    }

    /** @return ?SessionTokens null when another secret of the application sealed them */
    public function tokensOf(LocalSession $session): ?SessionTokens
    {
        $text = $this->sealer->open($session->sealedTokens, $session->idHash);
        return $text === null ? null : new SessionTokens(...json_decode($text, true, 4, JSON_THROW_ON_ERROR));
    }

    /** Tells scripts which session this is, and nothing else. */
    public static function markerOf(LocalSession $session): string
    {
        return substr(TokenHash::of("marker {$session->idHash}"), 0, 8);
    }

    /** @return array{hint: ?string, sealedTokens: string, accessTokenExpiresAt: ?float, expiresAt: float} */
    private function answered(string $idHash, SignInAnswer $answer): array
    {
        $tokens = json_encode([$answer->accessToken, $answer->idToken], JSON_THROW_ON_ERROR);
        return [
            'hint' => $answer->hint,
            'sealedTokens' => $this->sealer->seal($tokens, $idHash),
            'accessTokenExpiresAt' => $answer->accessTokenExpiresAt,
            'expiresAt' => $this->endOf($answer),
        ];
    }

    /**
     * @param list<string> $seen
     * @param list<string> $before
     * @return list<string>
     */
    private static function foreignHints(array $seen, ?string $own, array $before): array
    {
        $foreign = array_filter([...$seen, ...$before], fn (string $hint) => $hint !== $own);
        return array_slice(array_values(array_unique($foreign)), 0, self::MOST_FOREIGN_HINTS);
    }
}
