<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Session;

use Latchkey\WordPress\Core\Secrets\Base64Url;

/**
 * WordPress's own rows of a user's sessions, which it keys by the SHA-256 of the token in hex. Another session manager
 * keeps them elsewhere: then what the sign-in knows of a session is all there is to know.
 */
final class SessionRows
{
    private const META = 'session_tokens';

    public function has(int $userId, string $idHash): bool
    {
        if (!self::isUsual()) {
            return true;
        }
        $row = $this->read($userId)[self::verifier($idHash)] ?? null;
        return is_array($row) && ($row['expiration'] ?? 0) >= time();
    }

    /** @param list<string> $idHashes */
    public function remove(int $userId, array $idHashes): void
    {
        if (!self::isUsual()) {
            return;
        }
        $this->locked($userId, function () use ($userId, $idHashes): void {
            wp_cache_delete($userId, 'user_meta');
            $rows = $this->read($userId);
            $left = array_diff_key($rows, array_flip(array_map(self::verifier(...), $idHashes)));
            if ($left === []) {
                delete_user_meta($userId, self::META);
            } elseif (count($left) !== count($rows)) {
                update_user_meta($userId, self::META, $left);
            }
        });
    }

    /**
     * WordPress reads all sessions of a user, changes one and writes all: of two that begin at the same moment one
     * would be lost.
     *
     * @param callable(): void $work
     */
    public function locked(int $userId, callable $work): void
    {
        global $wpdb;
        $name = substr('latchkey-' . hash('sha256', DB_NAME . $wpdb->prefix . $userId), 0, 60);
        $wpdb->get_var($wpdb->prepare('select get_lock(%s, 5)', $name));
        try {
            $work();
        } finally {
            $wpdb->get_var($wpdb->prepare('select release_lock(%s)', $name));
        }
    }

    /** @return array<string, array<string, mixed>> by verifier */
    private function read(int $userId): array
    {
        $rows = get_user_meta($userId, self::META, true);
        return is_array($rows) ? $rows : [];
    }

    private static function verifier(string $idHash): string
    {
        return bin2hex((string) Base64Url::decode($idHash));
    }

    private static function isUsual(): bool
    {
        return \WP_Session_Tokens::get_instance(0) instanceof \WP_User_Meta_Session_Tokens;
    }
}
