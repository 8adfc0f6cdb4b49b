<?php

declare(strict_types=1);

namespace Pgiam;

use Pgiam\Internal\Abi;
use Pgiam\Internal\ErrorBase;

/**
 * Why there is no token, or what a refused connection means. None of its texts holds a secret, and its trace no arguments.
 * It is a PDOException as well, where PHP has PDO.
 * getCode() is the status as a number, since code that wraps exceptions wants one.
 *
 * @property-read string $message one sentence
 * @property-read string $code for programs, never renamed: "no_rds_iam"; '' where the status says it all
 */
class Error extends ErrorBase implements \JsonSerializable
{
    /** The name: "NO_CREDENTIALS", "DENIED", "TIMEOUT", "NOT_APPLICABLE" … */
    public readonly string $status;

    /** What to do next, '' if nothing is known. */
    public readonly string $hint;

    public readonly string $evidence;

    /** The provider that failed: "aws.sso". */
    public readonly string $provider;

    /** The cloud's own code and request id. */
    public readonly string $remote;

    public readonly string $sqlstate;

    /** Whether the same call may succeed later, … */
    public readonly bool $retryable;

    /** … and after how long; 0: not known. */
    public readonly int $retryAfterMs;

    /** @var list<string> what to type, best first */
    public readonly array $commands;

    /** @var list<Error> each source that was tried, or what may be behind a refusal */
    public readonly array $causes;

    /** All of it for a person, in lines. */
    public readonly string $explanation;

    private readonly string $word;

    /** @param array<string, mixed> $facts of the properties above, those that are known */
    final public function __construct(string $status, string $message, array $facts = [], ?\Throwable $previous = null)
    {
        parent::__construct($message, Abi::numberOf($status), $previous);
        $this->status = $status;
        $this->word = $facts['code'] ?? '';
        $this->hint = $facts['hint'] ?? '';
        $this->evidence = $facts['evidence'] ?? '';
        $this->provider = $facts['provider'] ?? '';
        $this->remote = $facts['remote'] ?? '';
        $this->sqlstate = $facts['sqlstate'] ?? '';
        $this->retryable = $facts['retryable'] ?? false;
        $this->retryAfterMs = $facts['retryAfterMs'] ?? 0;
        $this->commands = $facts['commands'] ?? [];
        $this->causes = $facts['causes'] ?? [];
        $this->explanation = $facts['explanation'] ?? '';
        if ($this instanceof \PDOException) {
            $this->errorInfo = ['08006', 7, $message]; // as PDO's own, of any connection that failed
        }
        $this->nameCaller();
    }

    public function __get(string $name): mixed
    {
        return match ($name) {
            'code' => $this->word,
            'message' => $this->message,
            default => throw new \LogicException("an error has no $name"),
        };
    }

    public function __isset(string $name): bool
    {
        return $name === 'code' || $name === 'message';
    }

    /** The place that people see is theirs. */
    private function nameCaller(): void
    {
        foreach ($this->getTrace() as $frame) {
            if (isset($frame['file']) && !\str_starts_with($frame['file'], __DIR__)) {
                [$this->file, $this->line] = [$frame['file'], $frame['line']];
                return;
            }
        }
    }

    /**
     * All of it as what json_encode takes.
     *
     * @return array<string, mixed>
     */
    public function facts(): array
    {
        return [
            'status' => $this->status, 'message' => $this->message, 'hint' => $this->hint, 'code' => $this->word,
            'evidence' => $this->evidence, 'provider' => $this->provider, 'remote' => $this->remote,
            'sqlstate' => $this->sqlstate, 'retryable' => $this->retryable, 'retry_after_ms' => $this->retryAfterMs,
            'commands' => $this->commands, 'causes' => \array_map(static fn (Error $cause) => $cause->facts(), $this->causes),
            'explanation' => $this->explanation,
        ];
    }

    /** @return array<string, mixed> */
    public function jsonSerialize(): array
    {
        return $this->facts();
    }

    /** The whole story for a person; getTraceAsString() has the rest. */
    public function __toString(): string
    {
        if ($this->explanation !== '') {
            return \rtrim($this->explanation, "\n");
        }
        return $this->hint !== '' ? "{$this->message}\n  hint: {$this->hint}" : $this->message;
    }
}
