<?php

/** For what needs no WordPress; the build step has made the copy of the core. */

declare(strict_types=1);

require __DIR__ . '/../../native/src/autoload.php';
