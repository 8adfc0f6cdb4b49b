<?php

declare(strict_types=1);

namespace Pgiam;

use Pgiam\Internal\Secrets;

/**
 * A token and what is known about it. Nothing that prints it shows the token; it is neither serialized nor cloned.
 *
 * @property-read string $token what to send as the password
 */
final class Answer implements \JsonSerializable
{
    /**
     * @internal
     * @param list<Error> $warnings what a person should know although it worked
     */
    public function __construct(
        #[\SensitiveParameter] string $token,
        /** A connection must start before this; null: unknown. */
        public readonly ?\DateTimeImmutable $expiresAt,
        public readonly ?\DateTimeImmutable $credentialsExpireAt,
        /** The endpoint that the token is for. */
        public readonly string $host,
        public readonly int $port,
        public readonly string $region,
        public readonly string $provider,
        /** Who the credentials belong to, masked. */
        public readonly string $principal,
        public readonly string $target,
        public readonly string $rule,
        public readonly bool $fromCache,
        public readonly array $warnings,
        /** libpq's keywords to set over one's own, the password among them. */
        public readonly Params $params,
    ) {
        Secrets::keep($this, $token);
    }

    public function __get(string $name): mixed
    {
        if ($name === 'token') {
            return Secrets::of($this);
        }
        throw new \LogicException("an answer has no $name");
    }

    public function __isset(string $name): bool
    {
        return $name === 'token';
    }

    /**
     * All but the secrets, as what json_encode takes.
     *
     * @return array<string, mixed>
     */
    public function facts(): array
    {
        return [
            'expires_at' => $this->expiresAt?->format(\DATE_RFC3339),
            'credentials_expire_at' => $this->credentialsExpireAt?->format(\DATE_RFC3339),
            'host' => $this->host, 'port' => $this->port, 'region' => $this->region, 'provider' => $this->provider,
            'principal' => $this->principal, 'target' => $this->target, 'rule' => $this->rule,
            'from_cache' => $this->fromCache,
            'warnings' => array_map(static fn (Error $warning) => $warning->facts(), $this->warnings),
        ];
    }

    /** @return array<string, mixed> */
    public function jsonSerialize(): array
    {
        return $this->facts();
    }

    public function __serialize(): array
    {
        throw new \LogicException('an answer holds a secret, and is not serialized');
    }

    public function __destruct()
    {
        Secrets::wipe($this);
    }

    private function __clone()
    {
    }
}
