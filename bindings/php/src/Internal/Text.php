<?php

declare(strict_types=1);

namespace Pgiam\Internal;

/**
 * What a caller says, as text that C takes.
 *
 * @internal
 */
final class Text
{
    /** One with a NUL would be another's: a token for "app\0x" is one for app. */
    public static function of(string $name, #[\SensitiveParameter] mixed $value): string
    {
        if (\is_bool($value)) {
            return $value ? 'yes' : 'no';
        }
        if (!\is_string($value) && !\is_int($value) && !$value instanceof \Stringable) {
            throw Errors::make('INVALID_ARGUMENT', "$name is text, a number or a bool, not " . \get_debug_type($value));
        }
        $text = (string) $value;
        if (\str_contains($text, "\0")) {
            throw Errors::make('INVALID_ARGUMENT', \strtr($name, ["\0" => '']) . ' has a NUL in it', ['code' => 'nul_in_text']);
        }
        if (\preg_match('//u', $text) !== 1) {
            throw Errors::make('INVALID_ARGUMENT', "$name is not text in UTF-8", ['code' => 'not_utf8']);
        }
        return $text;
    }

    public static function port(int|string|null $port): int
    {
        if ($port === null || $port === '') {
            return 0;
        }
        $number = \filter_var($port, \FILTER_VALIDATE_INT, ['options' => ['min_range' => 0, 'max_range' => 65535]]);
        if ($number === false) {
            $told = \is_string($port) ? \json_encode($port, \JSON_PARTIAL_OUTPUT_ON_ERROR) : $port;
            throw Errors::make('INVALID_ARGUMENT', "port is $told, not a number up to 65535");
        }
        return $number;
    }
}
