<?php

/** Loads the classes below this folder (PSR-4). It knows no name, so that a copy under another namespace loads its own. */

declare(strict_types=1);

namespace Latchkey\RelyingParty;

spl_autoload_register(static function (string $class): void {
    $prefix = __NAMESPACE__ . '\\';
    if (!str_starts_with($class, $prefix)) {
        return;
    }
    $file = __DIR__ . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
    if (is_file($file)) {
        require $file;
    }
});
