<?php

/**
 * Removes what the plugin kept for itself. Users, what they wrote and their names stay as they are; they have no local
 * password, and can ask for one by mail.
 */

declare(strict_types=1);

namespace Latchkey\WordPress;

if (!defined('WP_UNINSTALL_PLUGIN')) {
    exit;
}

require_once __DIR__ . '/src/autoload.php';

Store\Schema::remove();
delete_option(Config\Configuration::OPTION);
foreach (Users\UserMeta::ALL as $key) {
    delete_metadata('user', 0, $key, '', true);
}
wp_clear_scheduled_hook(Plugin::CLEANUP);
