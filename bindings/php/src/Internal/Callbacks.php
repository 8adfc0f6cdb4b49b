<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;

/**
 * PHP's functions as C's. One stands for all that are asked alike, since PHP frees such only when its request ends; which is
 * meant is in the user data.
 *
 * @internal
 */
final class Callbacks
{
    private static ?CData $function = null;

    /** @var array<int, callable(CData, ?CData): void> */
    private static array $askers = [];
    private static int $last = 0;

    /** A pgiam_ask_fn. The library runs it inside our own calls only, on this thread. */
    public static function function(): CData
    {
        if (self::$function === null) {
            $cell = Library::cell('pgiam_ask_fn');
            $cell[0] = static function (?CData $userData, CData $prompt, ?CData $question): void {
                $asker = self::$askers[Library::ffi()->cast('int64_t *', $userData)[0]] ?? null;
                if ($asker !== null) {
                    $asker($prompt, $question);
                } elseif ($question !== null) {
                    Library::ffi()->pgiam_question_decline($question, Abi::E_NO_CREDENTIALS, 'who was to be asked has gone');
                }
            };
            self::$function = $cell;
        }
        return self::$function[0];
    }

    /** @param callable(CData, ?CData): void $asker */
    public static function add(callable $asker): int
    {
        self::$askers[++self::$last] = $asker;
        return self::$last;
    }

    public static function remove(int $number): void
    {
        unset(self::$askers[$number]);
    }

    /** What tells the function above who is meant: an int64_t[1]. */
    public static function userData(int $number): CData
    {
        $cell = Library::cell('int64_t');
        $cell[0] = $number;
        return $cell;
    }

    /** Of an array, PHP casts only to its own type what it points to: to void * it takes the content for a pointer. */
    public static function pointerTo(CData $cell): CData
    {
        return Library::ffi()->cast('int64_t *', $cell);
    }

    /**
     * Sees to it that the question is answered or declined, once. Lets no exception into C, where it would end PHP.
     *
     * @param callable(): array<string, mixed> $answer
     */
    public static function finish(?CData $question, callable $answer, int $declined): ?\Throwable
    {
        try {
            $values = Errors::withoutArguments($answer);
            $memory = new Memory();
            $pairs = $memory->pairs($values);
        } catch (\Throwable $failure) {
            if ($question !== null) {
                $isOurs = $failure instanceof \Pgiam\Error;
                $words = $isOurs ? $failure->message : \get_class($failure) . ': ' . $failure->getMessage();
                $status = $isOurs ? $failure->getCode() : $declined;
                Library::ffi()->pgiam_question_decline($question, $status, \strtr($words, ["\0" => ' ']));
            }
            return $failure;
        }
        if ($question !== null) {
            Library::ffi()->pgiam_question_answer($question, ...$pairs);
        }
        return null;
    }
}
