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
        $holder = self::$facts ??= Library::sized('pgiam_facts');
        $facts = $holder[0];
        $facts->struct_size = self::$factsSize ??= \FFI::sizeof($facts);
        $status = Library::ffi()->pgiam_reply_facts($reply, $holder);
        if ($status !== Abi::OK) {
            throw Errors::make(Errors::nameOf($status), "the library's answer cannot be read");
        }
        $texts = \explode("\0", \FFI::string($facts->texts, $facts->texts_size));
        $params = [];
        $behind = 2 * $facts->param_count;
        for ($at = 0; $at < $behind; $at += 2) {
            $params[$texts[$at]] = $texts[$at + 1];
        }
        [$host, $region, $target, $provider, $principal, $rule] = \array_slice($texts, $behind);
        return new Answer(
            $params['password'] ?? '',
            self::moment($facts->token_expires_at),
            self::moment($facts->credentials_expires_at),
            $host,
            $facts->signing_port,
            $region,
            $provider,
            $principal,
            $target,
            $rule,
            $facts->from_cache !== 0,
            $facts->warning_count === 0 ? [] : self::warnings($reply),
            new Params($params),
        );
    }

    private static ?CData $facts = null;
    private static ?int $factsSize = null;

    private static function moment(int $milliseconds): ?\DateTimeImmutable
    {
        if ($milliseconds === 0) {
            return null;
        }
        $text = \sprintf('%d.%03d', \intdiv($milliseconds, 1000), $milliseconds % 1000);
        return \DateTimeImmutable::createFromFormat('U.v', $text, new \DateTimeZone('UTC'));
    }
}
