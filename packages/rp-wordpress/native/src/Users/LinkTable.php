<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Users;

use Latchkey\WordPress\Core\Linking\Link;
use Latchkey\WordPress\Core\Linking\LocalUserTakenException;
use Latchkey\WordPress\Core\Linking\Subject;
use Latchkey\WordPress\Store\Schema;

/** Who at the issuer is which local user. Rows are never deleted. */
final class LinkTable
{
    private string $table;

    public function __construct()
    {
        $this->table = Schema::table('links');
    }

    public function find(Subject $subject): ?Link
    {
        global $wpdb;
        $query = "select * from {$this->table} where issuer_hash = %s and sub_hash = %s";
        $row = $wpdb->get_row($wpdb->prepare($query, ...array_values(self::key($subject))));
        return $row === null ? null : self::link($row);
    }

    /** @return list<Link> */
    public function ofUser(int $userId): array
    {
        global $wpdb;
        $query = "select * from {$this->table} where user_id = %d";
        return array_map(self::link(...), $wpdb->get_results($wpdb->prepare($query, $userId)));
    }

    /** Whether the user is, or was, somebody at an issuer: then the issuer is the only way in. */
    public function isLinked(int $userId): bool
    {
        return $this->ofUser($userId) !== [];
    }

    /** Whether the issuer has disabled or purged the account: then there is no way in at all. */
    public function isShutOut(int $userId): bool
    {
        $links = $this->ofUser($userId);
        $good = array_filter($links, static fn (Link $link) => !$link->closed && !$link->disabled);
        return $links !== [] && $good === [];
    }

    /** @throws LocalUserTakenException `LINK` */
    public function insert(Link $link): void
    {
        global $wpdb;
        $shown = $wpdb->suppress_errors(true);
        $inserted = $wpdb->insert($this->table, [
            ...self::key($link->subject),
            'issuer' => $link->subject->issuer,
            'sub' => $link->subject->sub,
            'user_id' => (int) $link->localUserId,
            'open_user_id' => $link->closed ? null : (int) $link->localUserId,
            'profile_version' => $link->profileVersion,
            'disabled' => (int) $link->disabled,
            'account_state_at' => $link->accountStateAtSeconds,
            'closed' => (int) $link->closed,
        ]);
        $error = $wpdb->last_error;
        $wpdb->suppress_errors($shown);
        if ($inserted === 1) {
            return;
        }
        if (str_contains($error, 'Duplicate entry')) {
            throw new LocalUserTakenException(LocalUserTakenException::LINK);
        }
        throw new \RuntimeException('the database refuses the link');
    }

    /** @param array<string, mixed> $change as in `LocalUserRecords::updateLink` */
    public function update(Subject $subject, array $change): void
    {
        global $wpdb;
        $columns = [];
        $names = ['profileVersion' => 'profile_version', 'disabled' => 'disabled',
            'accountStateAtSeconds' => 'account_state_at', 'closed' => 'closed'];
        foreach ($change as $member => $value) {
            $columns[$names[$member]] = is_bool($value) ? (int) $value : $value;
        }
        if (($change['closed'] ?? false) === true) {
            $columns['open_user_id'] = null;
        }
        if ($wpdb->update($this->table, $columns, self::key($subject)) === false) {
            throw new \RuntimeException('the database refuses to change the link');
        }
    }

    /** The local user was deleted. Closed, the link keeps the person out; the number may be somebody else's one day. */
    public function forgetUser(int $userId): void
    {
        global $wpdb;
        $gone = ['closed' => 1, 'open_user_id' => null, 'user_id' => 0];
        if ($wpdb->update($this->table, $gone, ['user_id' => $userId]) === false) {
            throw new \RuntimeException('the database refuses to close the links of a deleted user');
        }
    }

    /** @return array{issuer_hash: string, sub_hash: string} */
    private static function key(Subject $subject): array
    {
        return ['issuer_hash' => hash('sha256', $subject->issuer), 'sub_hash' => hash('sha256', $subject->sub)];
    }

    private static function link(object $row): Link
    {
        return new Link(
            new Subject($row->issuer, $row->sub),
            (string) $row->user_id,
            $row->profile_version === null ? null : (int) $row->profile_version,
            (bool) $row->disabled,
            $row->account_state_at === null ? null : (float) $row->account_state_at,
            (bool) $row->closed,
        );
    }
}
