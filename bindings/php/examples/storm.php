<?php

// php storm.php N: starts N operations before it waits for the first, and prints their tokens, a line each. PGHOST, PGPORT and
// PGUSER say for what.

declare(strict_types=1);

is_file(__DIR__ . '/../vendor/autoload.php') ? require __DIR__ . '/../vendor/autoload.php' : require __DIR__ . '/../autoload.php';

try {
    $context = new Pgiam\Context();
    $operations = [];
    for ($i = 0; $i < (int) ($argv[1] ?? 1); $i++) {
        $operations[] = $context->start(host: getenv('PGHOST') ?: null, port: getenv('PGPORT') ?: null, user: getenv('PGUSER') ?: null);
    }
    foreach ($operations as $operation) {
        echo $operation->token(), "\n";
    }
} catch (Pgiam\Error $error) {
    fwrite(STDERR, "storm: $error\n");
    exit(1);
}
