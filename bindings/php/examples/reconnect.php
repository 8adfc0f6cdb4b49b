<?php

// php reconnect.php: logs in over a persistent connection, waits for a line, and logs in again where its session is gone.
// PGHOST, PGPORT, PGUSER, PGDATABASE and PGSSLROOTCERT say where; libpq reads them itself.

declare(strict_types=1);

is_file(__DIR__ . '/../vendor/autoload.php') ? require __DIR__ . '/../vendor/autoload.php' : require __DIR__ . '/../autoload.php';

function ask(): string
{
    $pdo = Pgiam\Pdo::connect('pgsql:', options: [PDO::ATTR_PERSISTENT => true]);
    return $pdo->query('SELECT session_user')->fetchColumn();
}

try {
    ask();
    echo "connected\n";
    fgets(STDIN);
    for ($again = 3;; $again--) { // a persistent connection whose server is gone is handed out once more
        try {
            ask();
            break;
        } catch (PDOException $error) {
            if ($error instanceof Pgiam\Error || $again === 0) {
                throw $error;
            }
        }
    }
    echo "done\n";
} catch (PDOException $error) {
    fwrite(STDERR, 'reconnect: ' . ($error instanceof Pgiam\Error ? $error : $error->getMessage()) . "\n");
    exit(1);
}
