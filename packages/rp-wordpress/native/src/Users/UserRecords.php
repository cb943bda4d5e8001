<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Users;

use Latchkey\WordPress\Core\Linking\Link;
use Latchkey\WordPress\Core\Linking\LocalUser;
use Latchkey\WordPress\Core\Linking\LocalUserRecords;
use Latchkey\WordPress\Core\Linking\LocalUserTakenException;
use Latchkey\WordPress\Core\Linking\NewLocalUser;
use Latchkey\WordPress\Core\Linking\Subject;

/** WordPress's users and the links, inside an exclusive section. */
final class UserRecords implements LocalUserRecords
{
    private const TAKEN = [
        'existing_user_login' => LocalUserTakenException::USERNAME,
        'existing_user_email' => LocalUserTakenException::EMAIL,
    ];

    /** @var array<int, true> users that were looked at or changed */
    private array $seen = [];

    public function __construct(
        private LinkTable $links,
        private Roles $roles,
        private LocalCredentials $credentials,
        private bool $areLocalEmailsConfirmed,
    ) {
    }

    public function begin(): void
    {
        $this->seen = [];
    }

    /** What WordPress remembers of users may be older than the section, or of one that was rolled back. */
    public function forgetCached(): void
    {
        foreach (array_keys($this->seen) as $userId) {
            clean_user_cache($userId);
            wp_cache_delete($userId, 'user_meta');
        }
    }

    public function findLink(Subject $subject): ?Link
    {
        return $this->links->find($subject);
    }

    public function linksOf(string $localUserId): array
    {
        return $this->links->ofUser((int) $localUserId);
    }

    public function findUser(string $id): ?LocalUser
    {
        $user = $this->fresh((int) $id);
        if ($user === null) {
            return null;
        }
        $email = $user->user_email === '' ? null : $user->user_email;
        return new LocalUser(
            (string) $user->ID,
            $user->user_login,
            $user->display_name,
            $email,
            $email !== null && $this->isConfirmed($user),
            $this->roles->areElevated($user),
            (int) $user->user_status !== 0 || !empty($user->spam) || !empty($user->deleted),
        );
    }

    public function isUsernameFree(string $username): bool
    {
        global $wpdb;
        $refused = array_map('strtolower', (array) apply_filters('illegal_user_logins', []));
        if (!validate_username($username) || in_array(strtolower($username), $refused, true)) {
            return false;
        }
        $query = "select 1 from {$wpdb->users} where user_login = %s limit 1";
        return $wpdb->get_var($wpdb->prepare($query, $username)) === null;
    }

    public function findUsersByEmail(string $email): array
    {
        global $wpdb;
        $query = "select ID from {$wpdb->users} where user_email = %s order by ID";
        $users = array_map($this->findUser(...), $wpdb->get_col($wpdb->prepare($query, $email)));
        return array_values(array_filter($users));
    }

    public function insertUser(NewLocalUser $user): LocalUser
    {
        $name = $user->name ?? $user->username;
        $id = wp_insert_user(wp_slash([
            'user_login' => $user->username,
            'user_pass' => wp_generate_password(64, true, true),
            'user_email' => $user->email ?? '',
            'display_name' => $name,
            'nickname' => $name,
            'role' => (string) get_option('default_role'),
        ]));
        if (is_wp_error($id)) {
            throw self::refusal($id);
        }
        $this->seen[$id] = true;
        $this->keepRest($id, [
            'email' => $user->email,
            'emailConfirmed' => $user->emailConfirmed,
            'picture' => $user->picture,
            'locale' => $user->locale,
            ...($user->groups === null ? [] : ['groups' => $user->groups]),
        ]);
        return $this->findUser((string) $id) ?? throw new \RuntimeException('the new user is not there');
    }

    public function updateUser(string $id, array $change): void
    {
        $userId = (int) $id;
        $user = $this->fresh($userId) ?? throw new \LogicException('there is no such user');
        $fields = [];
        if (array_key_exists('name', $change)) {
            $name = $change['name'] ?? $user->user_login;
            $fields += ['display_name' => $name, 'nickname' => $name];
        }
        if (array_key_exists('email', $change)) {
            $fields['user_email'] = $change['email'] ?? '';
        }
        if ($fields !== []) {
            $done = wp_update_user(wp_slash(['ID' => $userId, ...$fields]));
            if (is_wp_error($done)) {
                throw self::refusal($done);
            }
        }
        $this->keepRest($userId, ['email' => $user->user_email, ...$change]);
    }

    public function insertLink(Link $link): void
    {
        $this->links->insert($link);
    }

    public function updateLink(Subject $subject, array $change): void
    {
        $this->links->update($subject, $change);
    }

    public function removeLocalCredentials(string $localUserId): void
    {
        $this->fresh((int) $localUserId);
        $this->credentials->remove((int) $localUserId);
    }

    public function removePrivateData(string $localUserId): void
    {
        $userId = (int) $localUserId;
        $user = $this->fresh($userId);
        if ($user === null) {
            return;
        }
        wp_update_user(wp_slash(['ID' => $userId, 'user_url' => '', 'nickname' => $user->user_login]));
        $metas = ['first_name', 'last_name', 'description', 'community-events-location', '_new_email'];
        foreach ([...$metas, ...array_keys(wp_get_user_contact_methods($user)), ...UserMeta::ALL] as $key) {
            delete_user_meta($userId, $key);
        }
    }

    /** @param array<string, mixed> $change */
    private function keepRest(int $userId, array $change): void
    {
        if (array_key_exists('emailConfirmed', $change)) {
            self::meta($userId, UserMeta::CONFIRMED, $change['emailConfirmed'] === true ? $change['email'] : null);
        }
        if (array_key_exists('picture', $change)) {
            self::meta($userId, UserMeta::PICTURE, $change['picture']);
        }
        if (array_key_exists('locale', $change)) {
            $locale = $change['locale'] === null ? '' : Languages::installedFor($change['locale']);
            if ($locale !== null) {
                self::meta($userId, 'locale', $locale);
            }
        }
        if (isset($change['groups'])) {
            $this->roles->apply($userId, $change['groups']);
        }
    }

    private static function meta(int $userId, string $key, ?string $value): void
    {
        if ($value === null || $value === '') {
            delete_user_meta($userId, $key);
        } else {
            update_user_meta($userId, $key, wp_slash($value));
        }
    }

    private function fresh(int $userId): ?\WP_User
    {
        if (!isset($this->seen[$userId])) {
            $this->seen[$userId] = true;
            clean_user_cache($userId);
            wp_cache_delete($userId, 'user_meta');
        }
        $user = get_userdata($userId);
        return $user instanceof \WP_User ? $user : null;
    }

    private function isConfirmed(\WP_User $user): bool
    {
        $confirmed = get_user_meta($user->ID, UserMeta::CONFIRMED, true);
        return $confirmed === $user->user_email
            || ($this->areLocalEmailsConfirmed && $this->links->ofUser($user->ID) === []);
    }

    private static function refusal(\WP_Error $error): \RuntimeException
    {
        $code = self::TAKEN[$error->get_error_code()] ?? null;
        return $code === null
            ? new \RuntimeException('WordPress refuses the user: ' . $error->get_error_code())
            : new LocalUserTakenException($code);
    }
}
