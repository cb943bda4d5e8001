<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Store;

/** The plugin's own tables. */
final class Schema
{
    private const VERSION = '1';
    private const OPTION = 'latchkey_schema';
    private const TABLES = ['links', 'sessions', 'kept', 'log'];

    public static function table(string $name): string
    {
        global $wpdb;
        return "{$wpdb->prefix}latchkey_{$name}";
    }

    /** Makes the tables that are not there yet: after activating, and after an update that nobody activated. */
    public static function ensure(): void
    {
        if (get_option(self::OPTION) === self::VERSION) {
            return;
        }
        self::make();
    }

    public static function make(): void
    {
        global $wpdb;
        $binary = 'character set ascii collate ascii_bin';
        $end = "engine=InnoDB {$wpdb->get_charset_collate()}";
        $columns = [
            // open_user_id: the local user as long as the link is open; so each has one open link at most.
            'links' => "issuer_hash char(64) {$binary} not null, sub_hash char(64) {$binary} not null,
                issuer varchar(2048) {$binary} not null, sub varchar(255) {$binary} not null,
                user_id bigint unsigned not null, open_user_id bigint unsigned null,
                profile_version bigint null, disabled tinyint not null default 0, account_state_at double null,
                closed tinyint not null default 0, primary key (issuer_hash, sub_hash),
                unique key open_user_id (open_user_id), key user_id (user_id)",
            'sessions' => "id_hash char(43) {$binary} not null, issuer varchar(2048) {$binary} not null,
                sub varchar(255) {$binary} not null, subject char(64) {$binary} not null,
                sid varchar(255) {$binary} null, user_id bigint unsigned not null, hint varchar(32) {$binary} null,
                foreign_hints text {$binary} not null, sealed_tokens mediumtext {$binary} not null,
                access_token_expires_at double null, profile_etag varchar(1024) {$binary} null,
                begun_at double not null, proved_at double not null,
                distrusted tinyint not null default 0, expires_at double not null,
                primary key (id_hash), key subject (subject), key sid (sid(64)), key user_id (user_id),
                key expires_at (expires_at)",
            'kept' => "name varchar(230) {$binary} not null, value mediumtext not null, expires_at double not null,
                primary key (name), key expires_at (expires_at)",
            'log' => "id bigint unsigned not null auto_increment, at double not null,
                event varchar(40) {$binary} not null, user_id bigint unsigned null,
                details text not null, primary key (id), key at (at)",
        ];
        foreach ($columns as $name => $list) {
            $wpdb->query('create table if not exists ' . self::table($name) . " ({$list}) {$end}");
        }
        update_option(self::OPTION, self::VERSION);
    }

    public static function remove(): void
    {
        global $wpdb;
        foreach (self::TABLES as $name) {
            $wpdb->query('drop table if exists ' . self::table($name));
        }
        delete_option(self::OPTION);
    }

    /** Once a day. */
    public static function forgetExpired(): void
    {
        global $wpdb;
        $now = microtime(true);
        foreach (['sessions', 'kept'] as $name) {
            $wpdb->query($wpdb->prepare('delete from ' . self::table($name) . ' where expires_at < %f', $now));
        }
        $wpdb->query($wpdb->prepare('delete from ' . self::table('log') . ' where at < %f', $now - 90 * 86400));
    }
}
