<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;

/**
 * A library's context that outlives PHP's request, so that a web server's worker fetches credentials once and not for each
 * page. PHP keeps nothing over a request that could name it; libc's table of message domains does: it is the process's own, a
 * forked worker has it and another program has not.
 *
 * @internal
 */
final class Kept
{
    private const DECLARATIONS = 'char *bindtextdomain(const char *domain, const char *folder);';
    private const PREFIX = '/pgiam/';

    private static ?\FFI $libc = null;

    /** The handle that was kept under this name, null: none. */
    public static function find(string $name): ?CData
    {
        $folder = self::ffi()->bindtextdomain(self::domain($name), null);
        $text = $folder === null ? '' : \FFI::string($folder);
        if (!\str_starts_with($text, self::PREFIX)) {
            return null;
        }
        $number = Library::cell('uintptr_t');
        $number[0] = (int) \substr($text, \strlen(self::PREFIX));
        $handle = Library::cell('pgiam_context *');
        \FFI::memcpy($handle, $number, \FFI::sizeof($number));
        return $handle[0];
    }

    public static function keep(string $name, CData $handle): void
    {
        $number = Library::ffi()->cast('uintptr_t', $handle)->cdata;
        self::ffi()->bindtextdomain(self::domain($name), self::PREFIX . $number);
    }

    /** Another library's handle is none of this one's. */
    private static function domain(string $name): string
    {
        return 'pgiam-php-' . \hash('sha256', Library::place() . "\0" . $name);
    }

    private static function ffi(): \FFI
    {
        Library::ffi(); // which tells what to set where PHP forbids it
        return self::$libc ??= \FFI::cdef(self::DECLARATIONS);
    }
}
