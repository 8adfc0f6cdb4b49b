<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;
use Pgiam\Prompt;

/**
 * Asks a person what only a person knows, by the program's own function.
 *
 * @internal
 */
final class Person
{
    private const KINDS = [
        Abi::PROMPT_DEVICE_LOGIN => 'device_login', Abi::PROMPT_MFA_CODE => 'mfa_code', Abi::PROMPT_CLOSE => 'close',
    ];

    private int $number;
    private CData $cell;

    /** @param callable(Prompt): (string|bool|null) $ask */
    public function __construct(private mixed $ask)
    {
        $me = \WeakReference::create($this);
        $this->number = Callbacks::add(static fn (CData $prompt, ?CData $question) => $me->get()?->asked($prompt[0], $question));
        $this->cell = Callbacks::userData($this->number);
    }

    public function join(CData $config): void
    {
        $config[0]->ask = Callbacks::function();
        $config[0]->ask_user_data = Callbacks::pointerTo($this->cell);
    }

    private function asked(CData $prompt, ?CData $question): void
    {
        $kind = self::KINDS[$prompt->kind] ?? null;
        if ($kind === null) {
            Library::ffi()->pgiam_question_decline($question, Abi::E_UNSUPPORTED, null);
            return;
        }
        Callbacks::finish($question, fn (): array => $this->answerTo(self::shown($kind, $prompt)), Abi::E_LOGIN_DECLINED);
    }

    private static function shown(string $kind, CData $prompt): Prompt
    {
        // Of a const struct PHP takes no member for a string.
        $text = static fn (CData|string|null $text): string => $text instanceof CData ? \FFI::string($text) : (string) $text;
        return new Prompt(
            $kind, $prompt->id, $text($prompt->title), $text($prompt->subject), $text($prompt->url),
            $text($prompt->url_complete), $text($prompt->user_code),
            $prompt->expires_in_ms !== 0 ? $prompt->expires_in_ms / 1000 : null,
            ($prompt->flags & Abi::PROMPT_FLAG_RETRY) !== 0, ($prompt->flags & Abi::PROMPT_FLAG_FINAL_TRY) !== 0,
        );
    }

    /** @return array<string, mixed> */
    private function answerTo(Prompt $prompt): array
    {
        $said = ($this->ask)($prompt);
        if ($said === false) {
            throw Errors::make('LOGIN_DECLINED', "the question was declined: $prompt->title");
        }
        return $said === null || $said === true ? [] : ['answer' => $said];
    }

    public function __destruct()
    {
        Callbacks::remove($this->number);
    }
}
