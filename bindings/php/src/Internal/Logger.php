<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;

/**
 * Where warnings and the library's log go. The library logs on threads of its own, in which PHP can run nothing: so it keeps the
 * lines, and they are taken after each of our calls.
 *
 * @internal
 */
final class Logger
{
    private const LEVELS = [
        Abi::LOG_ERROR => 'error', Abi::LOG_WARN => 'warning', Abi::LOG_INFO => 'info', Abi::LOG_DEBUG => 'debug',
    ];
    private const ROOM = 65536; // bytes

    private static ?CData $function = null;

    /** @var list<array{string, string}> what is being taken: levels and messages */
    private static array $lines = [];

    /** @var array<string, true> the warnings of requests, which the library tells again where it looks at the same again */
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

    /** Without a target the library itself writes to stderr what it is told to. */
    public function join(CData $config): void
    {
        if ($this->isWanted()) {
            $config[0]->log_level = Abi::LOG_WARN; // the option log wins
            $config[0]->log_room = self::ROOM;
        }
    }

    /** Tells what has been logged since the last time. */
    public function deliver(CData $context): void
    {
        if (Library::ffi()->pgiam_context_take_log($context, null, null) === 0) {
            return;
        }
        $lost = Library::ffi()->pgiam_context_take_log($context, self::function(), null);
        [$lines, self::$lines] = [self::$lines, []];
        if ($lost > 0) {
            \array_unshift($lines, ['warning', "$lost lines of the log were lost: there was no room for them"]);
        }
        foreach ($lines as [$level, $message]) {
            if (\str_starts_with($message, 'plan: ')) {
                if (isset($this->told[$message])) {
                    continue;
                }
                $this->told[$message] = true;
            }
            $this->tell($level, $message);
        }
    }

    private function tell(string $level, string $message): void
    {
        if (\is_object($this->target) && \is_callable([$this->target, 'log'])) {
            $this->target->log($level, $message);
        } else {
            ($this->target)($level, $message);
        }
    }

    /** A pgiam_log_fn. PHP frees such only when its request ends, so one serves all. */
    private static function function(): CData
    {
        if (self::$function === null) {
            self::$function = Library::cell('pgiam_log_fn');
            self::$function[0] = static function (?CData $userData, int $level, string $component, string $message): void {
                self::$lines[] = [self::LEVELS[$level] ?? 'debug', "$component: $message"];
            };
        }
        return self::$function[0];
    }
}
