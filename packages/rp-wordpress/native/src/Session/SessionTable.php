<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Session;

use Latchkey\WordPress\Core\Linking\Subject;
use Latchkey\WordPress\Core\Session\EndedSessions;
use Latchkey\WordPress\Core\Session\LocalSession;
use Latchkey\WordPress\Core\Session\LocalSessionStore;
use Latchkey\WordPress\Store\KeptValues;
use Latchkey\WordPress\Store\Schema;

/**
 * What the sign-in knows of each session of WordPress that it began, in a table of its own. Whichever of the two ends,
 * ends the other.
 */
final class SessionTable implements LocalSessionStore
{
    /** Longer than any sign-in that is under way. */
    private const ENDED_SECONDS = 30 * 60;
    private const COLUMNS = [
        'hint' => 'hint', 'foreignHints' => 'foreign_hints', 'sealedTokens' => 'sealed_tokens',
        'accessTokenExpiresAt' => 'access_token_expires_at', 'profileEtag' => 'profile_etag',
        'provedAt' => 'proved_at', 'distrusted' => 'distrusted', 'expiresAt' => 'expires_at',
    ];

    private string $table;

    public function __construct(
        private KeptValues $kept,
        private SessionRows $rows,
    ) {
        $this->table = Schema::table('sessions');
    }

    public function insert(LocalSession $session): bool
    {
        global $wpdb;
        $inserted = $wpdb->insert($this->table, [
            'id_hash' => $session->idHash,
            'issuer' => $session->issuer,
            'sub' => $session->sub,
            'subject' => (new Subject($session->issuer, $session->sub))->digest(),
            'sid' => $session->sid,
            'user_id' => (int) $session->localUserId,
            'hint' => $session->hint,
            'foreign_hints' => json_encode($session->foreignHints, JSON_THROW_ON_ERROR),
            'sealed_tokens' => $session->sealedTokens,
            'access_token_expires_at' => $session->accessTokenExpiresAt,
            'profile_etag' => $session->profileEtag,
            'begun_at' => $session->begunAt,
            'proved_at' => $session->provedAt,
            'distrusted' => (int) $session->distrusted,
            'expires_at' => $session->expiresAt,
        ]);
        if ($inserted !== 1) {
            throw new \RuntimeException('the database refuses the session');
        }
        // After the insert, and `end` notes before it deletes: whichever comes second sees the first.
        foreach ($this->endings($session) as [$ended, $endedAt]) {
            if ($ended->contains($session, $endedAt)) {
                $this->delete($session->idHash);
                return false;
            }
        }
        return true;
    }

    public function find(string $idHash): ?LocalSession
    {
        global $wpdb;
        $row = $wpdb->get_row($wpdb->prepare("select * from {$this->table} where id_hash = %s", $idHash));
        if ($row === null) {
            return null;
        }
        if (!$this->rows->has((int) $row->user_id, $idHash)) {
            // WordPress ended it: signed out everywhere else, another password.
            $this->delete($idHash);
            return null;
        }
        return self::session($row);
    }

    public function update(string $idHash, array $change): bool
    {
        global $wpdb;
        $columns = [];
        foreach ($change as $member => $value) {
            $columns[self::COLUMNS[$member]] = match (true) {
                is_array($value) => json_encode($value, JSON_THROW_ON_ERROR),
                is_bool($value) => (int) $value,
                default => $value,
            };
        }
        if ($columns !== [] && $wpdb->update($this->table, $columns, ['id_hash' => $idHash]) > 0) {
            return true;
        }
        // MySQL does not count a row in which everything was so already.
        $found = $wpdb->get_var($wpdb->prepare("select 1 from {$this->table} where id_hash = %s", $idHash));
        return $found !== null;
    }

    public function delete(string $idHash): void
    {
        global $wpdb;
        $query = $wpdb->prepare("select user_id from {$this->table} where id_hash = %s", $idHash);
        $userId = $wpdb->get_var($query);
        if ($userId !== null) {
            $wpdb->delete($this->table, ['id_hash' => $idHash]);
            $this->rows->remove((int) $userId, [$idHash]);
        }
    }

    public function end(EndedSessions $ended, float $endedAt): int
    {
        global $wpdb;
        $name = self::endingName($ended->issuer, $ended->sid === null ? 'sub' : 'sid', $ended->sid ?? $ended->sub);
        $note = json_encode([$ended->sub, $endedAt], JSON_THROW_ON_ERROR);
        $this->kept->set($name, $note, microtime(true) + self::ENDED_SECONDS);
        [$column, $value] = $ended->sid === null ? ['sub', $ended->sub] : ['sid', $ended->sid];
        $rows = $wpdb->get_results($wpdb->prepare(
            "select * from {$this->table} where issuer = %s and {$column} = %s",
            $ended->issuer,
            $value,
        ));
        if ($wpdb->last_error !== '') {
            throw new \RuntimeException('the database does not tell the sessions');
        }
        $count = 0;
        foreach ($rows as $row) {
            if ($ended->contains(self::session($row), $endedAt)) {
                $this->delete($row->id_hash);
                $count++;
            }
        }
        return $count;
    }

    public function distrust(Subject $subject): void
    {
        global $wpdb;
        $wpdb->update($this->table, ['distrusted' => 1], ['subject' => $subject->digest()]);
    }

    /** Ends all sessions of a local user. */
    public function deleteOfUser(int $userId): void
    {
        global $wpdb;
        $wpdb->delete($this->table, ['user_id' => $userId]);
    }

    /** @return list<array{EndedSessions, float}> the endings that could be about a session */
    private function endings(LocalSession $session): array
    {
        $endings = [];
        $issuer = $session->issuer;
        $ofPerson = $this->kept->get(self::endingName($issuer, 'sub', $session->sub));
        if ($ofPerson !== null) {
            [, $endedAt] = json_decode($ofPerson, true, 4, JSON_THROW_ON_ERROR);
            $endings[] = [EndedSessions::ofPerson($issuer, $session->sub), (float) $endedAt];
        }
        $sid = $session->sid;
        $ofSession = $sid === null ? null : $this->kept->get(self::endingName($issuer, 'sid', $sid));
        if ($ofSession !== null) {
            [$sub, $endedAt] = json_decode($ofSession, true, 4, JSON_THROW_ON_ERROR);
            $endings[] = [EndedSessions::ofSession($issuer, (string) $sid, $sub), (float) $endedAt];
        }
        return $endings;
    }

    private static function endingName(string $issuer, string $kind, ?string $value): string
    {
        return 'ended ' . hash('sha256', "{$issuer}\n{$kind}\n{$value}");
    }

    private static function session(object $row): LocalSession
    {
        $number = static fn (mixed $value): ?float => $value === null ? null : (float) $value;
        return new LocalSession(
            $row->id_hash,
            $row->issuer,
            $row->sub,
            $row->sid,
            (string) $row->user_id,
            $row->hint,
            json_decode($row->foreign_hints, true, 4, JSON_THROW_ON_ERROR),
            $row->sealed_tokens,
            $number($row->access_token_expires_at),
            $row->profile_etag,
            (float) $row->begun_at,
            (float) $row->proved_at,
            (bool) $row->distrusted,
            (float) $row->expires_at,
        );
    }
}
