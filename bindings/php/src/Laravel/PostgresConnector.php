<?php

declare(strict_types=1);

namespace Pgiam\Laravel;

use Illuminate\Database\Connectors\PostgresConnector as Connector;

/**
 * Laravel's own, whose connections log in with a fresh token. ServiceProvider puts it in place.
 *
 * A connection of config/database.php names pgiam's options under "pgiam": ['profile' => 'prod'].
 */
class PostgresConnector extends Connector
{
    /** @var array<string, mixed> of the connection that is made */
    private array $pgiam = [];

    /**
     * @param string $dsn
     * @param array<string, mixed> $config
     * @param array<int, mixed> $options
     * @return \PDO
     */
    public function createConnection($dsn, array $config, array $options)
    {
        $before = $this->pgiam;
        $this->pgiam = $config['pgiam'] ?? [];
        try {
            return parent::createConnection($dsn, $config, $options);
        } finally {
            $this->pgiam = $before;
        }
    }

    /**
     * @param string $dsn
     * @param ?string $username
     * @param ?string $password
     * @param array<int, mixed> $options
     * @return \PDO
     */
    protected function createPdoConnection($dsn, $username, #[\SensitiveParameter] $password, $options)
    {
        return \Pgiam\Pdo::connect($dsn, $username, $password, $options, ...$this->pgiam);
    }
}
