<?php

declare(strict_types=1);

namespace Pgiam;

use Pgiam\Internal\Connector;
use Pgiam\Internal\Request;

/**
 * PDO: Pgiam\Pdo::connect() in place of new PDO().
 */
final class Pdo
{
    /**
     * A connection that logs in with a fresh token. What is not ours passes as if pgiam were absent.
     *
     * The host's name is changed where an alias asks for it, TLS is set, a token that is refused though it was kept is made anew,
     * once. The token is no part of the connection's string: with PDO::ATTR_PERSISTENT the same one is found again.
     *
     * @param array<int, mixed>|null $options PDO's
     * @param mixed ...$pgiam pgiam's options by name (profile: 'prod'), and `credentials`, `credentialsIdentity`, `context`
     * @throws Error a PDOException; or PDO's own where its words say it all
     */
    public static function connect(
        #[\SensitiveParameter] string $dsn, ?string $username = null, #[\SensitiveParameter] ?string $password = null,
        ?array $options = null, #[\SensitiveParameter] mixed ...$pgiam,
    ): \PDO {
        $absent = static fn (): \PDO => new \PDO($dsn, $username, $password, $options);
        $named = self::named($dsn);
        if (!\str_starts_with($named, 'pgsql:')) {
            return $absent();
        }
        $connector = new Connector($pgiam);
        // As PDO reads it: semicolons are blanks, and what the string has wins over the arguments.
        $given = Request::parse(\strtr(\substr($named, \strlen('pgsql:')), ';', ' '));
        $given += \array_filter(['user' => $username, 'password' => $password], static fn (?string $text) => $text !== null);
        return $connector->connect(
            $given,
            static fn (?array $apply): \PDO => $apply === null ? $absent() : self::dialled(Connector::merged($given, $apply), $options),
            self::words(...),
        );
    }

    /** php.ini may have a name for it: pdo.dsn.NAME. */
    private static function named(string $dsn): string
    {
        $known = \str_contains($dsn, ':') ? false : \get_cfg_var("pdo.dsn.$dsn");
        return \is_string($known) ? $known : $dsn;
    }

    /**
     * @param array<string, string> $keywords
     * @param array<int, mixed>|null $options
     */
    private static function dialled(#[\SensitiveParameter] array $keywords, ?array $options): \PDO
    {
        $password = $keywords['password'] ?? null;
        if ($password !== null && $password !== '') {
            unset($keywords['password']);
            return new \PDO('pgsql:' . Connector::conninfo($keywords), null, $password, $options);
        }
        return new \PDO('pgsql:' . Connector::conninfo($keywords), null, null, $options);
    }

    /** libpq's: the SQLSTATE that PDO tells of any connect is its own. */
    private static function words(\Throwable $failure): string
    {
        return \preg_replace('/^SQLSTATE\[\w+\] (\[\d+\] )?/', '', $failure->getMessage());
    }
}
