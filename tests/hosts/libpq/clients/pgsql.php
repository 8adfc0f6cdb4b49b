<?php
error_reporting(0);
while ($line = fgets(STDIN)) {
    $ok = true;
    if (trim($line) == "connect") $ok = $connection = pg_connect(getenv("CONNINFO"), PGSQL_CONNECT_FORCE_NEW);
    if (trim($line) == "reset") $ok = pg_connection_reset($connection);
    $result = $ok ? pg_query($connection, "SELECT session_user") : false;
    echo $result ? pg_fetch_result($result, 0, 0) : "error " . strtr(error_get_last()["message"], "\n", " "), "\n";
}
