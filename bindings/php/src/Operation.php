<?php

declare(strict_types=1);

namespace Pgiam;

use FFI\CData;
use Pgiam\Internal\Abi;
use Pgiam\Internal\Errors;
use Pgiam\Internal\Library;
use Pgiam\Internal\Reply;
use Pgiam\Internal\Request;

/**
 * An answer that is on its way. Start as many as you like before you wait for the first: those that need the same credentials
 * share one fetch. Belongs to the process that started it.
 */
final class Operation
{
    private const SLICE_MS = 200; // so long may a signal take: PHP runs its handlers between two calls

    private CData $handle;
    private CData $out;
    private CData $error;
    private int $process;
    private ?Answer $answer = null;
    private ?Error $failure = null;

    /** @internal Context::start() makes them; the context lives as long. */
    public function __construct(private Context $context, private Request $request)
    {
        $this->out = Library::cell('pgiam_reply *');
        $this->error = Library::cell('pgiam_error *');
        $handle = Library::cell('pgiam_operation *');
        $status = Library::ffi()->pgiam_operation_start($context->open(), $request->slow, $handle, $this->error);
        if ($status !== Abi::OK) {
            throw $this->failed($status);
        }
        $this->handle = $handle[0];
        $this->process = \getmypid();
    }

    /** Waits for it. */
    public function token(): string
    {
        return $this->answer()->token;
    }

    /** Waits for it. */
    public function answer(): Answer
    {
        while (!$this->isReady(self::SLICE_MS)) {
        }
        return $this->answer ?? throw $this->failure;
    }

    /** Whether there is an answer, or the error that it ended with; waits for so long, if need be. */
    public function isReady(int $milliseconds = 0): bool
    {
        if ($this->answer !== null || $this->failure !== null) {
            return true;
        }
        $reply = $this->reply($milliseconds);
        if ($reply === null) {
            return $this->failure !== null;
        }
        try {
            $this->answer = Reply::answer($reply);
        } finally {
            Library::ffi()->pgiam_reply_free($reply);
        }
        return true;
    }

    /** For an event loop: readable when isReady() has something to do. Do not read or close it. */
    public function descriptor(): int
    {
        $out = Library::cell('int64_t');
        $status = Library::ffi()->pgiam_operation_descriptor($this->handle, $out, $this->error);
        if ($status !== Abi::OK) {
            throw $this->failed($status);
        }
        return $out[0];
    }

    public function cancel(): void
    {
        Library::ffi()->pgiam_operation_cancel($this->handle);
    }

    /**
     * @internal the library's reply, which is then the caller's to free
     */
    public function await(): CData
    {
        do {
            $reply = $this->reply(self::SLICE_MS);
        } while ($reply === null && $this->failure === null);
        return $reply ?? throw $this->failure;
    }

    private function reply(int $milliseconds): ?CData
    {
        if ($this->process !== \getmypid()) {
            throw Errors::make('INVALID_STATE', 'this operation belongs to the process that started it: start another here');
        }
        $status = $this->waited($milliseconds);
        $this->context->deliverLog();
        if ($status === Abi::OK) {
            [$reply, $this->out[0]] = [$this->out[0], null];
            return $reply;
        }
        if (Errors::isStillRunning($status, $this->error)) {
            return null;
        }
        $this->failure = $this->failed($status);
        return null;
    }

    private function waited(int $milliseconds): int
    {
        return Library::ffi()->pgiam_operation_wait($this->handle, $milliseconds, $this->out, $this->error);
    }

    private function failed(int $status): Error
    {
        return $this->request->failed($status, $this->error);
    }

    public function __destruct()
    {
        if (isset($this->handle)) {
            Library::ffi()->pgiam_operation_free($this->handle);
        }
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return [];
    }

    public function __serialize(): array
    {
        throw new \LogicException('an operation belongs to its process, and is not serialized');
    }

    private function __clone()
    {
    }
}
