<?php

declare(strict_types=1);

namespace Pgiam\Internal;

/**
 * What libpq makes of keywords: its variables, its service file, its defaults. For what is to be told of a connection that
 * libpq makes, not for making one.
 *
 * @internal
 */
final class Libpq
{
    public const VARIABLES = [
        'host' => 'PGHOST', 'hostaddr' => 'PGHOSTADDR', 'port' => 'PGPORT', 'user' => 'PGUSER', 'dbname' => 'PGDATABASE',
        'password' => 'PGPASSWORD', 'passfile' => 'PGPASSFILE', 'sslmode' => 'PGSSLMODE', 'sslrootcert' => 'PGSSLROOTCERT',
        'gssencmode' => 'PGGSSENCMODE', 'channel_binding' => 'PGCHANNELBINDING', 'require_auth' => 'PGREQUIREAUTH',
    ];

    /** The folder is compiled into libpq (hosts/common/service_file.cc says whose each is). */
    private const SYSTEM_FOLDERS = [
        '/etc/postgresql-common', '/etc/sysconfig/pgsql', '/etc/postgresql', '/usr/local/etc/postgresql',
        '/usr/local/pgsql/etc',
    ];

    /** Whether every hook of pgiam is to be as if it were absent. */
    public static function isDisabled(): bool
    {
        return \in_array(\strtolower(self::variable('PGIAM_DISABLE')), ['1', 'yes', 'true', 'on'], true);
    }

    /**
     * Of the keywords that the library reads: those given, else the service's, else the variables', else libpq's own.
     *
     * @param array<string, mixed> $given
     * @return array<string, string>
     */
    public static function resolved(#[\SensitiveParameter] array $given): array
    {
        $values = \array_filter(\array_map(\strval(...), $given), static fn (string $value): bool => $value !== '');
        $values += self::service($values);
        foreach (self::VARIABLES as $key => $variable) {
            $value = self::variable($variable);
            if (!isset($values[$key]) && $value !== '') {
                $values[$key] = $value;
            }
        }
        if (!isset($values['user']) && \function_exists('posix_getpwuid')) {
            $name = \posix_getpwuid(\posix_geteuid())['name'] ?? '';
            $values += $name !== '' ? ['user' => $name] : [];
        }
        $values += ['passfile' => self::home() . '/.pgpass'];
        return \array_intersect_key($values, \array_flip(Request::READ_KEYWORDS));
    }

    /**
     * What the named service says.
     *
     * @param array<string, string> $given
     * @return array<string, string> none where libpq will complain of it
     */
    public static function service(#[\SensitiveParameter] array $given): array
    {
        $name = $given['service'] ?? self::variable('PGSERVICE');
        if ($name === '') {
            return [];
        }
        $folder = self::variable('PGSYSCONFDIR');
        $own = $given['servicefile'] ?? self::variable('PGSERVICEFILE');
        $files = [$own !== '' ? $own : self::home() . '/.pg_service.conf'];
        foreach ($folder !== '' ? [$folder] : self::SYSTEM_FOLDERS as $system) {
            $files[] = "$system/pg_service.conf";
        }
        foreach ($files as $file) {
            $found = \is_readable($file) ? self::section((string) \file_get_contents($file), $name) : null;
            if ($found !== null) {
                return $found;
            }
        }
        return [];
    }

    /** @return array<string, string>|null */
    private static function section(string $text, string $name): ?array
    {
        $found = null;
        foreach (\explode("\n", $text) as $line) {
            $line = \trim($line);
            if (\str_starts_with($line, '[')) {
                if ($found !== null) {
                    break;
                }
                $found = $line === "[$name]" ? [] : null;
            } elseif ($found !== null && \str_contains($line, '=') && !\str_starts_with($line, '#')) {
                [$key, $value] = \explode('=', $line, 2);
                $found += [$key => $value];
            }
        }
        return $found;
    }

    private static function home(): string
    {
        $home = self::variable('HOME');
        if ($home === '' && \function_exists('posix_getpwuid')) {
            $home = \posix_getpwuid(\posix_geteuid())['dir'] ?? '';
        }
        return $home;
    }

    /** As C has it: what a web server says of a request is for getenv() alone. */
    private static function variable(string $name): string
    {
        return (string) \getenv($name, true);
    }
}
