<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Users;

use Latchkey\WordPress\Core\Linking\LocalUsers;

/** WordPress's user table has no unique key on names or addresses: one lock is around all that is done to it here. */
final class WordPressUsers implements LocalUsers
{
    private const WAIT_SECONDS = 20;

    public function __construct(
        private UserRecords $records,
    ) {
    }

    public function exclusively(callable $work): mixed
    {
        global $wpdb;
        $lock = 'latchkey-users-' . substr(hash('sha256', DB_NAME . $wpdb->users), 0, 40);
        if ($wpdb->get_var($wpdb->prepare('select get_lock(%s, %d)', $lock, self::WAIT_SECONDS)) !== '1') {
            throw new \RuntimeException('the users are locked for too long');
        }
        // Who changes a user tells nobody by mail: the accounts site has done so.
        $silent = ['send_email_change_email', 'send_password_change_email', 'wp_send_new_user_notification_to_user'];
        foreach ($silent as $filter) {
            add_filter($filter, '__return_false', PHP_INT_MAX);
        }
        $wpdb->query('start transaction');
        $this->records->begin();
        $isDone = false;
        try {
            $result = $work($this->records);
            if ($wpdb->query('commit') === false) {
                throw new \RuntimeException('the database does not keep the change');
            }
            $isDone = true;
            return $result;
        } finally {
            if (!$isDone) {
                $wpdb->query('rollback');
            }
            $this->records->forgetCached();
            $wpdb->get_var($wpdb->prepare('select release_lock(%s)', $lock));
            foreach ($silent as $filter) {
                remove_filter($filter, '__return_false', PHP_INT_MAX);
            }
        }
    }
}
