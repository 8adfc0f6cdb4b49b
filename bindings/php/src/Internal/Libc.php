<?php

declare(strict_types=1);

namespace Pgiam\Internal;

/**
 * What PHP lacks of the system's own functions.
 *
 * @internal
 */
final class Libc
{
    private const DECLARATIONS = <<<'C'
        struct pollfd {
          int fd;
          short events;
          short revents;
        };
        int poll(struct pollfd *descriptors, unsigned long count, int milliseconds);
        int memfd_create(const char *name, unsigned int flags);
        int fchmod(int descriptor, unsigned int mode);
        int close(int descriptor);
        ssize_t write(int descriptor, const char *bytes, size_t count);
        int setenv(const char *name, const char *value, int overwrite);
        int unsetenv(const char *name);
        C;
    private const POLLIN = 1;
    private const MFD_CLOEXEC = 1;

    private static ?\FFI $loaded = null;
    private static ?bool $hasFiles = null;

    private static function ffi(): \FFI
    {
        return self::$loaded ??= \FFI::cdef(self::DECLARATIONS);
    }

    /** Until the descriptor is readable, the time is over (-1: no end) or a signal came. */
    public static function poll(int $descriptor, int $milliseconds): void
    {
        $asked = self::ffi()->new('struct pollfd[1]');
        [$asked[0]->fd, $asked[0]->events] = [$descriptor, self::POLLIN];
        self::ffi()->poll($asked, 1, $milliseconds);
    }

    /** Whether files in memory are to be had, and variables are this thread's alone. */
    public static function canPassFiles(): bool
    {
        if (self::$hasFiles === null) {
            try {
                self::$hasFiles = !\PHP_ZTS && \is_dir('/proc/self/fd') && self::ffi()->memfd_create !== null;
            } catch (\FFI\Exception) { // a libc without one of these functions
                self::$hasFiles = false;
            }
        }
        return self::$hasFiles;
    }

    /** A file of that content, for this process alone; its descriptor. */
    public static function fileInMemory(#[\SensitiveParameter] string $content): int
    {
        $descriptor = self::ffi()->memfd_create('pgiam', self::MFD_CLOEXEC);
        if ($descriptor < 0) {
            throw Errors::make('NO_MEMORY', 'the system gives no file in memory');
        }
        self::ffi()->fchmod($descriptor, 0600); // libpq passes over one that others may read
        self::ffi()->write($descriptor, $content, \strlen($content));
        return $descriptor;
    }

    public static function close(int $descriptor): void
    {
        self::ffi()->close($descriptor);
    }

    /**
     * With these variables; null: without it. PHP's own putenv() may be forbidden, and this is over before anybody else runs.
     *
     * @template T
     * @param array<string, ?string> $variables
     * @param callable(): T $work
     * @return T
     */
    public static function withVariables(array $variables, callable $work): mixed
    {
        $before = [];
        foreach ($variables as $name => $value) {
            $before[$name] = \getenv($name, true);
            self::set($name, $value);
        }
        try {
            return $work();
        } finally {
            foreach ($before as $name => $value) {
                self::set($name, $value === false ? null : $value);
            }
        }
    }

    private static function set(string $name, ?string $value): void
    {
        $value === null ? self::ffi()->unsetenv($name) : self::ffi()->setenv($name, $value, 1);
    }
}
