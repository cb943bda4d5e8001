<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Users;

use Latchkey\WordPress\Config\RoleMapping;

/** Gives and takes the roles that the administrator has mapped to groups, and no others. */
final class Roles
{
    private const ADMINISTRATOR = 'administrator';

    /** @param array<string, list<string>> $mapping */
    public function __construct(
        private array $mapping,
    ) {
    }

    /** @param list<string> $groups */
    public function apply(int $userId, array $groups): void
    {
        $user = get_userdata($userId);
        if ($this->mapping === [] || !$user instanceof \WP_User) {
            return;
        }
        ['give' => $give, 'take' => $take] = RoleMapping::decide($this->mapping, $groups);
        foreach ($give as $role) {
            if (wp_roles()->is_role($role) && !in_array($role, $user->roles, true)) {
                $user->add_role($role);
            }
        }
        foreach ($take as $role) {
            if (in_array($role, $user->roles, true) && !self::isLastAdministrator($userId, $role)) {
                $user->remove_role($role);
            }
        }
        if ($user->roles === []) {
            $user->add_role((string) get_option('default_role'));
        }
    }

    /** Whether a user may do more than one who just signed up. */
    public function areElevated(\WP_User $user): bool
    {
        if (is_multisite() && is_super_admin($user->ID)) {
            return true;
        }
        $default = get_role((string) get_option('default_role'));
        $usual = [...array_keys(array_filter($default->capabilities ?? [])), $default->name ?? ''];
        return array_diff(array_keys(array_filter($user->allcaps)), $usual) !== [];
    }

    private static function isLastAdministrator(int $userId, string $role): bool
    {
        if ($role !== self::ADMINISTRATOR) {
            return false;
        }
        $others = ['role' => self::ADMINISTRATOR, 'exclude' => [$userId], 'fields' => 'ID', 'number' => 1];
        return get_users($others) === [];
    }
}
