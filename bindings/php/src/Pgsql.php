<?php

declare(strict_types=1);

namespace Pgiam;

use Pgiam\Internal\Connector;
use Pgiam\Internal\Request;

/**
 * The extension pgsql: Pgiam\Pgsql::connect() in place of pg_connect(), pconnect() in place of pg_pconnect().
 */
final class Pgsql
{
    /**
     * A connection that logs in with a fresh token; never false. Of PGSQL_CONNECT_ASYNC it does not hear how it went.
     *
     * @param int $flags PGSQL_CONNECT_FORCE_NEW, PGSQL_CONNECT_ASYNC
     * @param mixed ...$pgiam pgiam's options by name (profile: 'prod'), and `credentials`, `credentialsIdentity`, `context`
     * @throws Error also where the connection is not ours: its status is then CONNECT, and its message what libpq said
     */
    public static function connect(
        #[\SensitiveParameter] string $conninfo = '', int $flags = 0, #[\SensitiveParameter] mixed ...$pgiam,
    ): \PgSql\Connection {
        return self::connected('pg_connect', $conninfo, $flags, $pgiam);
    }

    /**
     * A persistent one. The token is no part of what it is known by, so that the next request finds it again.
     *
     * @throws Error
     */
    public static function pconnect(
        #[\SensitiveParameter] string $conninfo = '', int $flags = 0, #[\SensitiveParameter] mixed ...$pgiam,
    ): \PgSql\Connection {
        return self::connected('pg_pconnect', $conninfo, $flags, $pgiam);
    }

    /** @param array<string, mixed> $pgiam */
    private static function connected(
        string $function, #[\SensitiveParameter] string $conninfo, int $flags, #[\SensitiveParameter] array $pgiam,
    ): \PgSql\Connection {
        $connector = new Connector($pgiam);
        $given = Request::parse($conninfo);
        return $connector->connect(
            $given,
            static fn (?array $apply): \PgSql\Connection => self::dialled(
                $function, $apply === null ? $conninfo : Connector::conninfo(Connector::merged($given, $apply)), $flags,
            ),
            static fn (\Throwable $failure): string => $failure->getMessage(),
            ($flags & \PGSQL_CONNECT_ASYNC) === 0,
        );
    }

    private static function dialled(string $function, #[\SensitiveParameter] string $conninfo, int $flags): \PgSql\Connection
    {
        $said = '';
        \set_error_handler(static function (int $level, string $message) use (&$said): bool {
            $said = \preg_replace('/^pg_p?connect\(\): (Unable to connect to PostgreSQL server: )?/', '', $message);
            return true;
        });
        try {
            $connection = $function($conninfo, $flags);
        } finally {
            \restore_error_handler();
        }
        if ($connection === false) {
            throw Internal\Errors::make('CONNECT', $said !== '' ? $said : 'the connection could not be made', ['retryable' => true]);
        }
        return $connection;
    }
}
