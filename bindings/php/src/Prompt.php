<?php

declare(strict_types=1);

namespace Pgiam;

/**
 * What to show a person. $kind: "device_login" (show $url and $userCode; no answer), "mfa_code" (answer with the code),
 * "close" (the prompt with this id is over).
 */
final class Prompt
{
    /** @internal */
    public function __construct(
        public readonly string $kind,
        public readonly int $id,
        public readonly string $title,
        public readonly string $subject,
        public readonly string $url,
        public readonly string $urlComplete,
        public readonly string $userCode,
        /** In seconds; null: unknown. */
        public readonly ?float $expiresIn,
        /** The answer before was wrong. */
        public readonly bool $retry,
        /** One more wrong answer locks the device. */
        public readonly bool $finalTry,
    ) {
    }
}
