<?php

declare(strict_types=1);

namespace Pgiam\Internal;

/**
 * Finds libpgiam and loads it: the variable PGIAM_LIBRARY, beside this package, the system's linker.
 *
 * @internal
 */
final class Library
{
    public const FILE = 'libpgiam.so.1';
    private const GET_IT = 'install pgiam (its package, or `cmake --install`), or set PGIAM_LIBRARY to the full path of ' . self::FILE;
    private const ALLOW_IT = 'set ffi.enable=true in the php.ini of this SAPI, or preload this package (opcache.preload: its '
        . 'preload.php) and leave ffi.enable at preload';

    private static ?\FFI $loaded = null;
    private static string $place = '';

    /** @var array<string, \FFI\CType> */
    private static array $types = [];

    public static function ffi(): \FFI
    {
        return self::$loaded ??= self::load();
    }

    /** Where it was found. */
    public static function place(): string
    {
        self::ffi();
        return self::$place;
    }

    /** Of any type an array of one, which C functions take as a pointer. */
    public static function cell(string $type): \FFI\CData
    {
        // A type that is named anew is parsed anew, and of those of pointers PHP loses a piece each time.
        self::$types[$type] ??= self::ffi()->type($type . '[1]');
        return self::ffi()->new(self::$types[$type]);
    }

    /** An array of one struct, with its size in it, as the _INIT macros make it. */
    public static function sized(string $struct): \FFI\CData
    {
        $cell = self::cell($struct);
        $cell[0]->struct_size = \FFI::sizeof($cell);
        return $cell;
    }

    private static function load(): \FFI
    {
        if (!\extension_loaded('ffi')) {
            throw Errors::make('UNSUPPORTED', "this PHP has no FFI, through which pgiam's library is called", [
                'hint' => "install and load PHP's extension ffi (extension=ffi)", 'code' => 'no_ffi',
            ]);
        }
        $named = (string) \getenv('PGIAM_LIBRARY');
        $candidates = $named !== '' ? [$named] : [\dirname(__DIR__, 2) . '/lib/' . self::FILE, self::FILE];
        $tried = [];
        foreach ($candidates as $candidate) {
            try {
                return self::checked(\FFI::cdef(Abi::DECLARATIONS, $candidate), $candidate);
            } catch (\FFI\Exception $reason) {
                self::refuseIfForbidden($reason);
                self::refuseIfStrange($candidate);
                $tried[] = self::placeOf($candidate, $named) . ': ' . self::whyNot($reason);
            }
        }
        throw Errors::make('UNSUPPORTED', self::FILE . ' was not found; looked for as ' . \implode('; ', $tried), [
            'hint' => self::GET_IT, 'code' => 'no_library',
        ]);
    }

    private static function placeOf(string $candidate, string $named): string
    {
        if ($named !== '') {
            return "$candidate (PGIAM_LIBRARY)";
        }
        return $candidate === self::FILE ? self::FILE . " (the system's linker)" : $candidate;
    }

    /** The linker's own words, which PHP tells since 8.3: "Failed loading 'x' (…)". */
    private static function whyNot(\FFI\Exception $reason): string
    {
        return \preg_match('/^Failed loading .*? \((.*)\)$/s', $reason->getMessage(), $found) ? $found[1] : 'it cannot be loaded';
    }

    private static function refuseIfForbidden(\FFI\Exception $reason): void
    {
        if (\str_contains($reason->getMessage(), 'ffi.enable')) {
            throw Errors::make('UNSUPPORTED', "PHP does not let pgiam call its library here: {$reason->getMessage()}", [
                'hint' => self::ALLOW_IT, 'code' => 'no_ffi',
            ], $reason);
        }
    }

    /** A file that is there and is not of our ABI lacks functions that we declare: its version says more than their names. */
    private static function refuseIfStrange(string $file): void
    {
        try {
            $found = \FFI::cdef(Abi::VERSION, $file);
        } catch (\FFI\Exception $reason) {
            if (\str_starts_with($reason->getMessage(), 'Failed resolving')) {
                throw Errors::make('UNSUPPORTED', "$file is not pgiam's library", ['hint' => self::GET_IT, 'code' => 'no_library']);
            }
            return;
        }
        self::checkVersion($found, $file);
    }

    private static function checked(\FFI $found, string $file): \FFI
    {
        if ($found->pgiam_abi_version() !== (Abi::MAJOR << 16 | Abi::MINOR)) {
            self::checkVersion(\FFI::cdef(Abi::VERSION, $file), $file);
        }
        self::$place = $file;
        return $found;
    }

    private static function checkVersion(\FFI $found, string $file): void
    {
        $version = $found->pgiam_abi_version();
        [$major, $minor] = [$version >> 16, $version & 0xFFFF];
        if ($found->pgiam_get_api(Abi::MAJOR) !== null && ($major !== Abi::MAJOR || $minor >= Abi::MINOR)) {
            return;
        }
        $wanted = Abi::MAJOR . '.' . Abi::MINOR;
        $age = $major > Abi::MAJOR ? 'newer' : 'older';
        throw Errors::make(
            'UNSUPPORTED', "$file speaks ABI $major.$minor, which is $age than the $wanted that this PHP package is for",
            ['hint' => 'install the package and the library of one version', 'code' => 'library_version'],
        );
    }
}
