<?php

declare(strict_types=1);

namespace Pgiam\Internal;

/**
 * A name for whoever a source's credentials belong to: one for each source, never used again for another.
 *
 * @internal
 */
final class SourceNames
{
    private static ?string $prefix = null;
    private static int $count = 0;

    /** @var \WeakMap<object, array<string, string>>|null */
    private static ?\WeakMap $known = null;

    public static function of(#[\SensitiveParameter] mixed $source): string
    {
        if (\is_string($source)) {
            return "php:function:$source";
        }
        [$owner, $method] = \is_array($source) && \is_callable($source) ? $source : [$source, ''];
        if (\is_string($owner)) {
            return "php:function:$owner::$method";
        }
        if (\is_array($owner)) { // credentials themselves
            return 'php:values:' . \hash('sha256', \serialize($owner));
        }
        self::$known ??= new \WeakMap();
        $names = self::$known[$owner] ?? [];
        $names[$method] ??= 'php:' . \get_debug_type($owner) . ':' . self::prefix() . ':' . ++self::$count;
        self::$known[$owner] = $names;
        return $names[$method];
    }

    /** A context may outlive the request that this is counted in. */
    private static function prefix(): string
    {
        return self::$prefix ??= \bin2hex(\random_bytes(8));
    }
}
