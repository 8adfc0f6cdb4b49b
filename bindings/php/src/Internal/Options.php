<?php

declare(strict_types=1);

namespace Pgiam\Internal;

/**
 * pgiam's options as the caller wrote them: roleArn or role_arn.
 *
 * @internal
 */
final class Options
{
    /** @var array<string, string> what the caller wrote in place of a key */
    private array $written;

    /** @var array<string, true>|null */
    private static ?array $known = null;

    /** @param array<int|string, mixed> $given */
    public function __construct(#[\SensitiveParameter] array $given)
    {
        $values = $written = [];
        foreach ($given as $name => $value) {
            if (\is_int($name)) {
                throw Errors::make('INVALID_ARGUMENT', "options are named: profile: 'prod'");
            }
            $key = self::keyOf($name);
            if ($key !== $name) {
                $written[$key] = $name;
            }
            $values[$key] = $value;
        }
        Secrets::keep($this, $values);
        $this->written = $written;
    }

    /** @return array<string, mixed> by the library's own keys */
    public function values(): array
    {
        return Secrets::of($this);
    }

    /**
     * The names in errors are the caller's.
     *
     * @param array<string, mixed> $facts
     * @return array{string, array<string, mixed>}
     */
    public function inWordsOfCaller(string $message, array $facts): array
    {
        $renamed = $this->written === [] ? static fn (string $text): string => $text : fn (string $text): string => \preg_replace(
            \array_map(static fn (string $key): string => '/(?<![\w-])' . $key . '\b/', \array_keys($this->written)),
            \array_values($this->written), $text,
        );
        foreach (['hint', 'explanation'] as $name) {
            $facts[$name] = $renamed($facts[$name] ?? '');
        }
        return [$renamed($message), $facts];
    }

    /** @return array<string, true> the library's, in its order */
    public static function known(): array
    {
        if (self::$known === null) {
            $known = [];
            $info = Library::sized('pgiam_option_info');
            while (Library::ffi()->pgiam_option_at(\count($known), $info) === Abi::OK) {
                $known[$info[0]->key] = true;
                $info[0]->struct_size = \FFI::sizeof($info);
            }
            self::$known = $known;
        }
        return self::$known;
    }

    private static function keyOf(string $name): string
    {
        if (\preg_match('/^[a-z][a-z0-9]*[A-Z]/', $name) !== 1) {
            return $name;
        }
        $key = \strtolower(\preg_replace('/(?<=[a-z0-9])(?=[A-Z])/', '_', $name));
        return isset(self::known()[$key]) ? $key : $name;
    }
}
