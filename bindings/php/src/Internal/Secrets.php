<?php

declare(strict_types=1);

namespace Pgiam\Internal;

/**
 * What objects keep and do not show: var_dump, print_r, var_export, a cast to array and reflection look at properties.
 *
 * @internal
 */
final class Secrets
{
    /** @var \WeakMap<object, mixed>|null */
    private static ?\WeakMap $kept = null;

    public static function keep(object $owner, #[\SensitiveParameter] mixed $secret): void
    {
        self::$kept ??= new \WeakMap();
        self::$kept[$owner] = $secret;
    }

    public static function of(object $owner): mixed
    {
        return self::$kept[$owner];
    }

    /** As far as PHP lets one: where nobody else has the text. */
    public static function wipe(object $owner): void
    {
        $secret = self::$kept[$owner] ?? null;
        unset(self::$kept[$owner]);
        if (\is_string($secret) && \function_exists('sodium_memzero')) {
            \sodium_memzero($secret);
        }
    }
}
