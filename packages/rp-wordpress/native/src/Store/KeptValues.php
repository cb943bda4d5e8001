<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Store;

/** Texts by name with an end, in one table that all processes share. */
final class KeptValues
{
    public function get(string $name): ?string
    {
        global $wpdb;
        $query = 'select value from ' . Schema::table('kept') . ' where name = %s and expires_at > %f';
        return $wpdb->get_var($wpdb->prepare($query, $name, microtime(true)));
    }

    public function set(string $name, string $value, float $until): void
    {
        global $wpdb;
        $wpdb->query($wpdb->prepare(
            'insert into ' . Schema::table('kept') . ' (name, value, expires_at) values (%s, %s, %f)
                on duplicate key update value = values(value), expires_at = values(expires_at)',
            $name,
            $value,
            $until,
        ));
    }

    /** @return bool true for exactly one of those who add a name at the same moment; false while it is there */
    public function add(string $name, string $value, float $until): bool
    {
        global $wpdb;
        $table = Schema::table('kept');
        $forget = "delete from {$table} where name = %s and expires_at <= %f";
        $wpdb->query($wpdb->prepare($forget, $name, microtime(true)));
        $insert = "insert ignore into {$table} (name, value, expires_at) values (%s, %s, %f)";
        return $this->changed($wpdb->prepare($insert, $name, $value, $until)) === 1;
    }

    /** @return bool false when another value stands there now */
    public function replace(string $name, string $before, string $value, float $until): bool
    {
        global $wpdb;
        $update = 'update ' . Schema::table('kept') . ' set value = %s, expires_at = %f where name = %s and value = %s';
        return $this->changed($wpdb->prepare($update, $value, $until, $name, $before)) === 1;
    }

    /** @throws \RuntimeException when the database refuses: what must be noted once must not count as noted */
    private function changed(string $query): int
    {
        global $wpdb;
        $changed = $wpdb->query($query);
        return is_int($changed) ? $changed : throw new \RuntimeException('the database refuses to keep a value');
    }
}
