<?php

declare(strict_types=1);

namespace Latchkey\WordPress\Config;

/** `latchkey-config.php` beside wp-config.php, which `latchkey connect` writes. */
final class ConfigFile
{
    private const NAME = 'latchkey-config.php';

    public static function load(): void
    {
        $folder = file_exists(ABSPATH . 'wp-config.php') ? ABSPATH : dirname(ABSPATH) . '/';
        if (is_readable($folder . self::NAME)) {
            require_once $folder . self::NAME;
        }
    }
}
