<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use Pgiam\Context;
use Pgiam\Error;

/**
 * Lets a driver of libpq's connect with what the library says.
 *
 * @internal
 */
final class Connector
{
    private Options $options;
    private ?Context $context;
    private ?string $identity;

    /** @param array<int|string, mixed> $given pgiam's options by name, `credentials`, `credentialsIdentity`, `context` beside them */
    public function __construct(#[\SensitiveParameter] array $given)
    {
        $this->context = $given['context'] ?? null;
        Secrets::keep($this, $given['credentials'] ?? null);
        $this->identity = $given['credentialsIdentity'] ?? $given['credentials_identity'] ?? null;
        unset($given['context'], $given['credentials'], $given['credentialsIdentity'], $given['credentials_identity']);
        $this->options = new Options($given);
    }

    /**
     * The driver's keywords with the library's over them; what it unsets and nobody gave stays away.
     *
     * @param array<string, string> $given
     * @param array<string, ?string> $apply
     * @return array<string, string>
     */
    public static function merged(#[\SensitiveParameter] array $given, #[\SensitiveParameter] array $apply): array
    {
        foreach ($apply as $key => $value) {
            if ($value === null) {
                unset($given[$key]);
            } elseif ($value !== '' || isset($given[$key]) || $key === 'password') {
                $given[$key] = $value;
            }
        }
        return $given;
    }

    /** @param array<string, string> $keywords */
    public static function conninfo(#[\SensitiveParameter] array $keywords): string
    {
        $pairs = [];
        foreach ($keywords as $key => $value) {
            $pairs[] = "$key='" . \addcslashes($value, "\\'") . "'";
        }
        return \implode(' ', $pairs);
    }

    /**
     * What the driver makes of it.
     *
     * @template T
     * @param array<string, mixed> $given libpq's keywords as the user gave them
     * @param callable(?array<string, ?string>): T $dial with the keywords to set over the user's own (null: to leave out), a
     *     password among them only where there is no other way; or null: as if pgiam were absent
     * @param callable(\Throwable): string $wordsOf what libpq said of a connect that failed
     * @return T
     */
    public function connect(#[\SensitiveParameter] array $given, callable $dial, callable $wordsOf, bool $isKnownAtOnce = true): mixed
    {
        if (Libpq::isDisabled()) {
            return $dial(null);
        }
        $keywords = Libpq::resolved($given);
        $isList = \str_contains(($keywords['host'] ?? '') . ($keywords['hostaddr'] ?? ''), ',');
        $attempt = new Attempt(
            $this->context ?? Context::default(), $keywords, $this->options, '*', Secrets::of($this), $this->identity,
            $isList && Libc::canPassFiles(),
        );
        $failure = null;
        while (true) {
            $apply = self::next($attempt, $failure);
            try {
                $connection = $apply === null
                    ? Errors::withoutArguments(static fn () => $dial(null)) : $this->dialled($attempt, $apply, $given, $dial);
            } catch (\Throwable $raised) {
                $failure = $raised;
                $attempt->report($wordsOf($raised));
                continue;
            }
            if ($isKnownAtOnce && $apply !== null) {
                $attempt->report(null);
            }
            return $connection;
        }
    }

    /**
     * What to set for the next connect; null: it is not ours. Where that failed there is nothing to add, unless a password that
     * was given kept the token away and was refused.
     *
     * @return array<string, string>|null
     */
    private static function next(Attempt $attempt, ?\Throwable $failure): ?array
    {
        try {
            return $attempt->next($failure);
        } catch (Error $error) {
            if ($error->status === 'NOT_APPLICABLE') {
                return $failure === null ? null : throw $failure;
            }
            // The driver's own words where they say it all.
            throw $failure !== null && $error->status === 'CONNECT' ? $failure : $error;
        }
    }

    /**
     * The token goes by a password file in memory: no argument, no connection string and so no trace has it, and what a
     * persistent connection is known by stays the same.
     *
     * @param array<string, string> $apply
     * @param array<string, mixed> $given
     */
    private function dialled(
        Attempt $attempt, #[\SensitiveParameter] array $apply, #[\SensitiveParameter] array $given, callable $dial,
    ): mixed {
        if (!Libc::canPassFiles()) {
            return Errors::withoutArguments(static fn () => $dial($apply));
        }
        $file = Libc::fileInMemory($attempt->passwordFile($apply));
        try {
            $path = "/proc/self/fd/$file";
            // Only that of a service wins over a variable; the user's own is behind our lines.
            $passfile = isset(Libpq::service($given)['passfile']) ? $path : null;
            $set = ['password' => '', 'passfile' => $passfile] + $apply;
            $variables = ['PGPASSFILE' => $path];
            return Errors::withoutArguments(static fn () => Libc::withVariables($variables, static fn () => $dial($set)));
        } finally {
            Libc::close($file);
        }
    }
}
