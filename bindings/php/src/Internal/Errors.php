<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;
use Pgiam\Error;

/**
 * How errors are made and read from the library's.
 *
 * @internal
 */
final class Errors
{
    /** @param array<string, mixed> $facts */
    public static function make(
        string $status, string $message, array $facts = [], ?\Throwable $previous = null, string $kind = Error::class,
    ): Error {
        return self::withoutArguments(static fn () => new $kind($status, $message, $facts, $previous));
    }

    /**
     * What is thrown meanwhile keeps no arguments in its trace: they may be passwords, and before 8.2 PHP cannot be told which.
     *
     * @template T
     * @param callable(): T $work
     * @return T
     */
    public static function withoutArguments(callable $work): mixed
    {
        $before = \ini_set('zend.exception_ignore_args', '1');
        try {
            return $work();
        } finally {
            if ($before !== false) {
                \ini_set('zend.exception_ignore_args', $before);
            }
        }
    }

    /** The error of a call that failed; frees the library's. $out is a pgiam_error *[1]. */
    public static function take(int $status, CData $out, ?\Throwable $previous = null): Error
    {
        [$name, $message, $facts] = self::taken($status, $out);
        return self::make($name, $message, $facts, $previous);
    }

    /** @return array{string, string, array<string, mixed>} what make() takes */
    public static function taken(int $status, CData $out): array
    {
        $handle = $out[0];
        try {
            return self::read($status, $handle);
        } finally {
            if ($handle !== null) {
                Library::ffi()->pgiam_error_free($handle);
                $out[0] = null;
            }
        }
    }

    /** Whether a wait ended before what it waits for; then its error is freed. */
    public static function isStillRunning(int $status, CData $out): bool
    {
        $ffi = Library::ffi();
        if ($status !== Abi::E_TIMEOUT || $ffi->pgiam_error_text($out[0], Abi::ERROR_CODE) !== 'still_running') {
            return false;
        }
        $ffi->pgiam_error_free($out[0]);
        $out[0] = null;
        return true;
    }

    /** Of one that belongs to another, as a warning does to its reply. */
    public static function borrowed(CData $handle): Error
    {
        [$name, $message, $facts] = self::read(Library::ffi()->pgiam_error_status($handle), $handle);
        return self::make($name, $message, $facts);
    }

    public static function nameOf(int $status): string
    {
        return \preg_replace('/^PGIAM_(E_)?/', '', Library::ffi()->pgiam_status_name($status));
    }

    /** @return array{string, string, array<string, mixed>} */
    private static function read(int $status, ?CData $handle): array
    {
        $ffi = Library::ffi();
        $name = self::nameOf($status);
        if ($handle === null) {
            return [$name, "the library gave no reason ($name)", []];
        }
        $text = static fn (int $field): string => $ffi->pgiam_error_text($handle, $field);
        $commands = [];
        while (($command = $ffi->pgiam_error_command($handle, \count($commands))) !== null) {
            $commands[] = $command;
        }
        $causes = [];
        while (($cause = $ffi->pgiam_error_cause($handle, \count($causes))) !== null) {
            $causes[] = self::borrowed($cause);
        }
        return [$name, $text(Abi::ERROR_MESSAGE), [
            'hint' => $text(Abi::ERROR_HINT),
            'code' => $text(Abi::ERROR_CODE),
            'evidence' => $text(Abi::ERROR_EVIDENCE),
            'provider' => $text(Abi::ERROR_PROVIDER),
            'remote' => $text(Abi::ERROR_REMOTE),
            'sqlstate' => $text(Abi::ERROR_SQLSTATE),
            'retryable' => $ffi->pgiam_error_number($handle, Abi::ERROR_RETRYABLE) !== 0,
            'retryAfterMs' => $ffi->pgiam_error_number($handle, Abi::ERROR_RETRY_AFTER_MS),
            'commands' => $commands,
            'causes' => $causes,
            'explanation' => $text(Abi::ERROR_EXPLANATION),
        ]];
    }
}
