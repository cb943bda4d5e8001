<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Session;

use Latchkey\RelyingParty\Linking\Subject;

/** Where an application keeps its sessions; all its processes share one. */
interface LocalSessionStore
{
    /**
     * Inserts a session, unless `end`, called before, would have ended it.
     *
     * @return bool false when it has ended
     */
    public function insert(LocalSession $session): bool;

    public function find(string $idHash): ?LocalSession;

    /**
     * Changes a session where it still exists; one that ended never comes back.
     *
     * @param array{hint?: ?string, foreignHints?: list<string>, sealedTokens?: string, accessTokenExpiresAt?: ?float,
     *     profileEtag?: ?string, provedAt?: float, distrusted?: bool, expiresAt?: float} $change only what is present
     *     changes
     * @return bool false when it does not exist
     */
    public function update(string $idHash, array $change): bool;

    public function delete(string $idHash): void;

    /**
     * Ends sessions (`EndedSessions::contains`), and remembers that for ten minutes at least, so that a sign-in that
     * is under way brings none back.
     *
     * @param float $endedAt when it happened at the issuer (`toe`, else `iat` of the token), in seconds since 1970
     * @return int how many ended
     */
    public function end(EndedSessions $ended, float $endedAt): int;

    /** Makes the next use of each session of this person a heartbeat: something about them changed. */
    public function distrust(Subject $subject): void;
}
