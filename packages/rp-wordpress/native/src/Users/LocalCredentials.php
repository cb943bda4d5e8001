<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Users;

/** Every way in that is not the issuer's. */
final class LocalCredentials
{
    public function remove(int $userId): void
    {
        global $wpdb;
        // Not by wp_set_password(): nobody is to hear of a password that nobody knows.
        $password = wp_hash_password(wp_generate_password(64, true, true));
        $wpdb->update($wpdb->users, ['user_pass' => $password, 'user_activation_key' => ''], ['ID' => $userId]);
        clean_user_cache($userId);
        \WP_Application_Passwords::delete_all_application_passwords($userId);
        foreach (['_new_email', 'default_password_nag'] as $key) {
            delete_user_meta($userId, $key);
        }
        \WP_Session_Tokens::get_instance($userId)->destroy_all();
    }
}
