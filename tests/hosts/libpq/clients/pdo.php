<?php
while ($line = fgets(STDIN)) {
    try {
        if (trim($line) != "query") $connection = new PDO("pgsql:" . getenv("CONNINFO"));
        echo $connection->query("SELECT session_user")->fetchColumn(), "\n";
    } catch (PDOException $e) {
        echo "error ", strtr($e->getMessage(), "\n", " "), "\n";
    }
}
