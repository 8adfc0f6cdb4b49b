<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;

/**
 * Memory of C's that lives as long as this object, and is wiped with it. Structs point into it.
 *
 * @internal
 */
final class Memory
{
    /** @var list<CData> */
    private array $held = [];

    /** A char *: the text as C has it. */
    public function text(#[\SensitiveParameter] string $text): CData
    {
        $ffi = Library::ffi();
        $length = \strlen($text);
        $this->held[] = $buffer = $ffi->new('char[' . ($length + 1) . ']');
        if ($length > 0) {
            \FFI::memcpy($buffer, $text, $length);
        }
        return $ffi->cast('char *', $buffer);
    }

    /**
     * An array of options; those that are null are not given.
     *
     * @param array<string, mixed> $values
     * @return array{?CData, int} the array as a pointer, and how many there are
     */
    public function pairs(#[\SensitiveParameter] array $values): array
    {
        $values = \array_filter($values, static fn (mixed $value): bool => $value !== null);
        if ($values === []) {
            return [null, 0];
        }
        $this->held[] = $pairs = Library::ffi()->new('pgiam_option[' . \count($values) . ']');
        $index = 0;
        foreach ($values as $key => $value) {
            $pairs[$index]->key = $this->text(Text::of('a key', (string) $key));
            $pairs[$index]->value = $this->text(Text::of((string) $key, $value));
            $index++;
        }
        return [Library::ffi()->cast('pgiam_option *', $pairs), $index];
    }

    public function __destruct()
    {
        foreach ($this->held as $memory) {
            \FFI::memset($memory, 0, \FFI::sizeof($memory));
        }
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return [];
    }
}
