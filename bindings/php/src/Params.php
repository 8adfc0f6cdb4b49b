<?php

declare(strict_types=1);

namespace Pgiam;

use Pgiam\Internal\Secrets;

/**
 * libpq's keywords to set over one's own, the password among them; shows no password.
 *
 * @implements \ArrayAccess<string, string>
 * @implements \IteratorAggregate<string, string>
 */
final class Params implements \ArrayAccess, \IteratorAggregate, \Countable, \JsonSerializable
{
    /**
     * @internal
     * @param array<string, string> $values
     */
    public function __construct(#[\SensitiveParameter] array $values)
    {
        Secrets::keep($this, $values);
    }

    /** @return array<string, string> with the password */
    public function toArray(): array
    {
        return Secrets::of($this);
    }

    public function offsetExists(mixed $offset): bool
    {
        return isset(Secrets::of($this)[$offset]);
    }

    public function offsetGet(mixed $offset): ?string
    {
        return Secrets::of($this)[$offset] ?? null;
    }

    public function offsetSet(mixed $offset, mixed $value): void
    {
        throw new \LogicException('these parameters are read only');
    }

    public function offsetUnset(mixed $offset): void
    {
        throw new \LogicException('these parameters are read only');
    }

    /** @return \ArrayIterator<string, string> */
    public function getIterator(): \ArrayIterator
    {
        return new \ArrayIterator(Secrets::of($this));
    }

    public function count(): int
    {
        return \count(Secrets::of($this));
    }

    /** @return array<string, string> */
    public function jsonSerialize(): array
    {
        $values = Secrets::of($this);
        return isset($values['password']) ? ['password' => '***'] + $values : $values;
    }

    /** @return array<string, string> */
    public function __debugInfo(): array
    {
        return $this->jsonSerialize();
    }

    public function __serialize(): array
    {
        throw new \LogicException('these parameters hold a secret, and are not serialized');
    }

    private function __clone()
    {
    }
}
