<?php

declare(strict_types=1);

namespace Pgiam\Doctrine;

use Doctrine\DBAL\Driver as DriverInterface;
use Doctrine\DBAL\Driver\Connection;
use Doctrine\DBAL\Driver\Middleware\AbstractDriverMiddleware;
use Pgiam\Error;
use Pgiam\Internal\Connector;
use Pgiam\Internal\Libc;
use Pgiam\Internal\Libpq;

/**
 * Lets each connection log in with a fresh token.
 *
 * @internal Middleware makes them
 */
final class Driver extends AbstractDriverMiddleware
{
    /** DBAL's parameters that are libpq's keywords of that name, as its drivers pass them on. */
    private const KEYWORDS = ['host', 'port', 'dbname', 'user', 'password', 'sslmode', 'sslrootcert'];

    public function __construct(private DriverInterface $driver, private Connector $connector)
    {
        parent::__construct($driver);
    }

    /** @param array<string, mixed> $params */
    public function connect(#[\SensitiveParameter] array $params): Connection
    {
        if (!$this->isPostgres($params)) {
            return $this->driver->connect($params);
        }
        $given = \array_intersect_key($params, \array_flip(self::KEYWORDS));
        try {
            return $this->connector->connect(
                $given,
                fn (?array $apply): Connection => $apply === null
                    ? $this->driver->connect($params) : $this->dialled($params, $apply),
                self::words(...),
            );
        } catch (Error $error) {
            throw new Failure($error);
        }
    }

    /** @param array<string, mixed> $params */
    private function isPostgres(array $params): bool
    {
        $named = ($params['driver'] ?? '') . ' ' . ($params['driverClass'] ?? '') . ' ' . \get_class($this->driver);
        return \stripos($named, 'pgsql') !== false || \stripos($named, 'postgres') !== false
            || $this->driver instanceof \Doctrine\DBAL\Driver\AbstractPostgreSQLDriver;
    }

    /**
     * What DBAL's drivers know no parameter for or do not hand on (that over pgsql has no sslrootcert), libpq takes from its
     * variables.
     *
     * @param array<string, mixed> $params
     * @param array<string, ?string> $apply
     */
    private function dialled(#[\SensitiveParameter] array $params, #[\SensitiveParameter] array $apply): Connection
    {
        unset($params['password']);
        $variables = isset($params['sslrootcert']) ? ['PGSSLROOTCERT' => $params['sslrootcert']] : [];
        foreach ($apply as $key => $value) {
            if ($value === null || ($value === '' && $key !== 'password')) {
                continue;
            }
            if (\in_array($key, self::KEYWORDS, true)) {
                $params[$key] = $value;
            }
            if ($key !== 'password' && isset(Libpq::VARIABLES[$key])) {
                $variables[Libpq::VARIABLES[$key]] = $value;
            }
        }
        // An empty password is none to libpq: it looks into the password file, and not at this variable.
        $variables['PGPASSWORD'] = null;
        return Libc::withVariables($variables, fn (): Connection => $this->driver->connect($params));
    }

    /** libpq's own, in what DBAL and the extensions make of it. */
    private static function words(\Throwable $failure): string
    {
        $ofPdo = 'SQLSTATE\[\w+\] (\[\d+\] )?';
        $ofPgsql = 'pg_connect\(\): (Unable to connect to PostgreSQL server: )?';
        return \preg_replace("/^($ofPdo|$ofPgsql)/", '', $failure->getMessage());
    }
}
