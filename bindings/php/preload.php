<?php

// opcache.preload=…/preload.php: lets this package call its library where ffi.enable stays at PHP's default, preload.

declare(strict_types=1);

require_once __DIR__ . '/autoload.php';

foreach ([...glob(__DIR__ . '/src/Internal/*.php'), ...glob(__DIR__ . '/src/*.php')] as $file) {
    require_once $file;
}
