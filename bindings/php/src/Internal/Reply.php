<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;
use Pgiam\Answer;
use Pgiam\Error;
use Pgiam\Params;

/**
 * Reads what the library answers.
 *
 * @internal
 */
final class Reply
{
    /** The token alone: the quick way for who wants no more. */
    public static function password(CData $reply): string
    {
        $ffi = Library::ffi();
        $param = self::$param ??= Library::sized('pgiam_param');
        for ($index = 0; $ffi->pgiam_reply_param($reply, $index, $param) === Abi::OK; $index++) {
            if ($param[0]->key === 'password') {
                return $param[0]->value;
            }
        }
        throw Errors::make('INTERNAL', "the library's answer has no password");
    }

    private static ?CData $param = null;

    /**
     * The pairs that a function like pgiam_reply_param tells.
     *
     * @return array<string, string>
     */
    public static function params(string $at, CData $handle): array
    {
        $ffi = Library::ffi();
        $found = [];
        $param = Library::sized('pgiam_param');
        for ($index = 0; $ffi->{$at}($handle, $index, $param) === Abi::OK; $index++) {
            $found[$param[0]->key] = $param[0]->value;
            $param[0]->struct_size = \FFI::sizeof($param);
        }
        return $found;
    }

    /** @return list<Error> */
    public static function warnings(CData $reply): array
    {
        $found = [];
        while (($warning = Library::ffi()->pgiam_reply_warning($reply, \count($found))) !== null) {
            $found[] = Errors::borrowed($warning);
        }
        return $found;
    }

    public static function answer(CData $reply): Answer
    {
        $ffi = Library::ffi();
        $text = static fn (int $field): string => $ffi->pgiam_reply_text($reply, $field);
        $number = static fn (int $field): int => $ffi->pgiam_reply_number($reply, $field);
        $params = self::params('pgiam_reply_param', $reply);
        return new Answer(
            $params['password'] ?? '',
            self::moment($number(Abi::REPLY_TOKEN_EXPIRES_AT)),
            self::moment($number(Abi::REPLY_CREDENTIALS_EXPIRES_AT)),
            $text(Abi::REPLY_SIGNING_HOST),
            $number(Abi::REPLY_SIGNING_PORT),
            $text(Abi::REPLY_REGION),
            $text(Abi::REPLY_PROVIDER),
            $text(Abi::REPLY_PRINCIPAL),
            $text(Abi::REPLY_TARGET),
            $text(Abi::REPLY_RULE),
            $number(Abi::REPLY_FROM_CACHE) !== 0,
            self::warnings($reply),
            new Params($params),
        );
    }

    private static function moment(int $milliseconds): ?\DateTimeImmutable
    {
        if ($milliseconds === 0) {
            return null;
        }
        $text = \sprintf('%d.%03d', \intdiv($milliseconds, 1000), $milliseconds % 1000);
        return \DateTimeImmutable::createFromFormat('U.v', $text, new \DateTimeZone('UTC'));
    }
}
