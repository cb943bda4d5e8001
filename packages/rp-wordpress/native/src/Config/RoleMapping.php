<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Config;

/** Which roles the groups of the accounts site give: `group = role`, one a line or between semicolons. */
final class RoleMapping
{
    /** @return array<string, list<string>> the roles of each group; a line that is no mapping is none */
    public static function read(string $text): array
    {
        $roles = [];
        foreach (preg_split('/[;\r\n]+/', $text) ?: [] as $line) {
            $parts = explode('=', $line);
            $role = trim((string) array_pop($parts));
            $group = trim(implode('=', $parts));
            if ($group !== '' && preg_match('/^[a-z0-9_-]+$/D', $role) === 1) {
                // PHP makes numbers of keys that look like one.
                $roles["={$group}"][] = $role;
            }
        }
        return $roles;
    }

    /**
     * What a person's groups say of the roles that the mapping names; others are nobody's business here.
     *
     * @param array<string, list<string>> $mapping
     * @param list<string> $groups
     * @return array{give: list<string>, take: list<string>}
     */
    public static function decide(array $mapping, array $groups): array
    {
        $give = [];
        foreach ($groups as $group) {
            $give = [...$give, ...($mapping["={$group}"] ?? [])];
        }
        $all = array_merge([], ...array_values($mapping));
        return [
            'give' => array_values(array_unique($give)),
            'take' => array_values(array_unique(array_diff($all, $give))),
        ];
    }
}
