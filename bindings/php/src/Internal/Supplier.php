<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;

/**
 * Answers one request's question for the program's own credentials.
 *
 * @internal
 */
final class Supplier
{
    public ?\Throwable $failure = null;
    public readonly string $identity;
    private int $number;
    private CData $cell;

    public function __construct(#[\SensitiveParameter] mixed $source, ?string $identity)
    {
        if (!Source::isOne($source)) {
            throw Errors::make('INVALID_ARGUMENT', 'credentials are a function or an object that gives them, or what they give, not '
                . \get_debug_type($source));
        }
        Secrets::keep($this, $source);
        $this->identity = $identity ?? SourceNames::of($source);
        // Not the object itself, which would then live as long as the list.
        $me = \WeakReference::create($this);
        $this->number = Callbacks::add(static fn (CData $prompt, ?CData $question) => $me->get()?->asked($question));
        $this->cell = Callbacks::userData($this->number);
    }

    public function function(): CData
    {
        return Callbacks::function();
    }

    public function userData(): CData
    {
        return Callbacks::pointerTo($this->cell);
    }

    public function takeFailure(): ?\Throwable
    {
        [$failure, $this->failure] = [$this->failure, null];
        return $failure;
    }

    private function asked(?CData $question): void
    {
        $this->failure = Callbacks::finish($question, fn (): array => Source::obtain(Secrets::of($this)), Abi::E_NO_CREDENTIALS);
    }

    public function __destruct()
    {
        if (isset($this->number)) {
            Callbacks::remove($this->number);
        }
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return ['identity' => $this->identity];
    }
}
