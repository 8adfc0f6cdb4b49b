<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;
use Pgiam\Error;

/**
 * Tells a program what a person should know although it worked: each once. The library's own log comes from threads of its
 * own, in which PHP can run nothing; it goes to stderr.
 *
 * @internal
 */
final class Logger
{
    /** @var array<string, true> */
    private array $told = [];

    /** @param callable|object|null $target a PSR-3 logger, or a function of a level and a message */
    public function __construct(private mixed $target)
    {
        if ($target !== null && !\is_callable($target) && !\is_callable([$target, 'log'])) {
            throw Errors::make('INVALID_ARGUMENT', 'logger is a PSR-3 logger or a function of a level and a message, not '
                . \get_debug_type($target));
        }
    }

    public function isWanted(): bool
    {
        return $this->target !== null;
    }

    public function warnOf(CData $reply): void
    {
        foreach (Reply::warnings($reply) as $warning) {
            $this->warn($warning);
        }
    }

    private function warn(Error $warning): void
    {
        $key = "$warning->code|$warning->message";
        if (isset($this->told[$key])) {
            return;
        }
        $this->told[$key] = true;
        if (\is_object($this->target) && \is_callable([$this->target, 'log'])) {
            $this->target->log('warning', $warning->message, ['code' => $warning->code, 'commands' => $warning->commands]);
        } else {
            ($this->target)('warning', $warning->message);
        }
    }
}
