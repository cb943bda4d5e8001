<?php

/**
 * Plugin Name: Latchkey
 * Description: One sign-in for the whole house: people sign in at the organisation's accounts site and are known here.
 * Version: 0.1.0
 * Requires at least: 6.1
 * Requires PHP: 8.1
 * License: GPL-2.0-or-later
 * License URI: https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain: latchkey
 * Domain Path: /languages
 */

declare(strict_types=1);

namespace Latchkey\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

require_once __DIR__ . '/src/autoload.php';

Plugin::register(__FILE__);
