<?php

declare(strict_types=1);

namespace Pgiam\Internal;

/**
 * A program's own credentials, by whatever way it gives them: a function, an AWS SDK provider or client, a promise, an object
 * with their getters, an array.
 *
 * @internal
 */
final class Source
{
    private const NAMES = [
        'access_key_id' => ['accesskeyid', 'awsaccesskeyid', 'accesskey', 'key', 'keyid'],
        'secret_access_key' => ['secretaccesskey', 'awssecretaccesskey', 'secretkey', 'secret'],
        'session_token' => ['sessiontoken', 'awssessiontoken', 'securitytoken', 'token'],
        'expires_at' => ['expiresat', 'expiration', 'expires', 'expiry'],
        'account_id' => ['accountid'],
    ];
    private const GETTERS = [
        'access_key_id' => ['getAccessKeyId'],
        'secret_access_key' => ['getSecretKey', 'getSecretAccessKey'],
        'session_token' => ['getSecurityToken', 'getSessionToken'],
        'expires_at' => ['getExpiration', 'getExpireDate'],
        'account_id' => ['getAccountId'],
    ];

    public static function isOne(#[\SensitiveParameter] mixed $source): bool
    {
        return \is_callable($source) || \is_array($source) || \is_object($source);
    }

    /** @return array<string, mixed> the values of pgiam_request's credentials */
    public static function obtain(#[\SensitiveParameter] mixed $source): array
    {
        // A function that gives a promise of an object is three steps.
        for ($step = 0; $step < 8; $step++) {
            $next = self::step($source);
            if ($next === null) {
                break;
            }
            $source = $next[0];
        }
        $found = self::named($source);
        if (isset($found['expires_at'])) {
            $found['expires_at'] = self::time($found['expires_at']);
        }
        return $found;
    }

    /** @return array{mixed}|null what the source gives; null: it is what it gives */
    private static function step(#[\SensitiveParameter] mixed $source): ?array
    {
        if (\is_object($source) && \method_exists($source, 'getAccessKeyId')) {
            return null;
        }
        if (\is_callable($source)) {
            return [$source()];
        }
        if (\is_object($source) && \method_exists($source, 'wait')) { // a promise
            return [$source->wait()];
        }
        if (\is_object($source) && \method_exists($source, 'getCredentials')) { // a client of an SDK
            return [$source->getCredentials()];
        }
        return null;
    }

    /** @return array<string, mixed> */
    private static function named(#[\SensitiveParameter] mixed $value): array
    {
        if ($value === null || $value === false) {
            throw Errors::make('NO_CREDENTIALS', "the program's function gave no credentials");
        }
        if (\is_object($value) && \method_exists($value, 'getAccessKeyId')) {
            return self::got($value);
        }
        if (\is_object($value)) {
            $value = \get_object_vars($value);
        }
        if (\is_array($value) && \array_is_list($value) && \count($value) >= 2 && \count($value) <= 4) {
            $names = ['accesskeyid', 'secretaccesskey', 'sessiontoken', 'expiresat'];
            $value = \array_combine(\array_slice($names, 0, \count($value)), $value);
        }
        if (!\is_array($value) || ($value !== [] && \array_is_list($value))) {
            throw Errors::make('NO_CREDENTIALS', 'credentials are [access key, secret, session token, expiry], an array with such '
                . 'names, or an object that has them, not ' . \get_debug_type($value));
        }
        $squeezed = [];
        foreach ($value as $key => $part) {
            $squeezed[\strtolower(\strtr((string) $key, ['_' => '', '-' => '']))] = $part;
        }
        $found = [];
        foreach (self::NAMES as $name => $keys) {
            foreach ($keys as $key) {
                $found[$name] ??= $squeezed[$key] ?? null;
            }
        }
        return $found;
    }

    /** @return array<string, mixed> */
    private static function got(#[\SensitiveParameter] object $holder): array
    {
        $found = [];
        foreach (self::GETTERS as $name => $getters) {
            foreach ($getters as $getter) {
                $found[$name] ??= \method_exists($holder, $getter) ? $holder->{$getter}() : null;
            }
        }
        return $found;
    }

    private static function time(mixed $when): mixed
    {
        if (\is_int($when) || \is_float($when)) {
            $when = new \DateTimeImmutable('@' . (int) $when);
        }
        if (!$when instanceof \DateTimeInterface) {
            return $when;
        }
        return \gmdate('Y-m-d\TH:i:s\Z', $when->getTimestamp());
    }
}
