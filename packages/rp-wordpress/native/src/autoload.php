<?php

/** Loads the plugin's classes (PSR-4), and the copy of the core that the build step makes. */

declare(strict_types=1);

namespace Latchkey\WordPress;

require_once __DIR__ . '/Core/autoload.php';

spl_autoload_register(static function (string $class): void {
    $prefix = __NAMESPACE__ . '\\';
    $file = __DIR__ . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
    if (str_starts_with($class, $prefix) && is_file($file)) {
        require $file;
    }
});
