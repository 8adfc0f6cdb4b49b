<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;
use Pgiam\Error;

/**
 * What a caller asks for, in the library's form: once to be answered from memory, once to be waited for.
 *
 * @internal
 */
final class Request
{
    /** The keywords of libpq's that the library reads of a request; the others say nothing of the password. */
    public const READ_KEYWORDS = [
        'host', 'hostaddr', 'port', 'user', 'dbname', 'password', 'passfile', 'sslmode', 'sslrootcert', 'gssencmode',
        'channel_binding', 'require_auth',
    ];

    /** Answered from memory, or not at all. */
    public readonly CData $quick;
    public readonly CData $slow;

    private Memory $memory;
    public ?Supplier $supplier = null;

    /**
     * @param array<string, mixed> $keywords
     * @param array<string, mixed> $options
     */
    public function __construct(
        ?string $host, int|string|null $port, ?string $user, #[\SensitiveParameter] array $keywords, array $options,
        ?string $canApply, public readonly Options $names = new Options([]),
    ) {
        $this->memory = new Memory();
        $this->slow = Library::sized('pgiam_request');
        $request = $this->slow[0];
        $request->port = Text::port($port);
        foreach (['host' => $host, 'user' => $user, 'can_apply' => $canApply] as $field => $text) {
            if ($text !== null) {
                $request->{$field} = $this->memory->text(Text::of($field, $text));
            }
        }
        [$request->keywords, $request->keyword_count] = $this->memory->pairs($keywords);
        [$request->options, $request->option_count] = $this->memory->pairs($options);
        $this->quick = Library::cell('pgiam_request');
        $this->copy();
    }

    public function join(Supplier $supplier): void
    {
        $this->supplier = $supplier;
        $this->slow[0]->credentials = $supplier->function();
        $this->slow[0]->credentials_user_data = $supplier->userData();
        $this->slow[0]->credentials_identity = $this->memory->text(Text::of('credentialsIdentity', $supplier->identity));
        $this->copy();
    }

    private function copy(): void
    {
        \FFI::memcpy($this->quick, $this->slow, \FFI::sizeof($this->slow));
        $this->quick[0]->flags = Abi::REQUEST_NO_WAIT;
    }

    /** The error of a call with this request. What the program's own function threw comes along. */
    public function failed(int $status, CData $error, string $kind = Error::class, ?\Throwable $previous = null): Error
    {
        [$name, $message, $facts] = Errors::taken($status, $error);
        $previous ??= $this->supplier?->takeFailure();
        return Errors::make($name, ...[...$this->names->inWordsOfCaller($message, $facts), $previous, $kind]);
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return [];
    }

    /**
     * What libpq's PQconninfoParse makes of it.
     *
     * @return array<string, string>
     */
    public static function parse(#[\SensitiveParameter] string $conninfo): array
    {
        $ffi = Library::ffi();
        [$out, $error] = [Library::cell('pgiam_conninfo *'), Library::cell('pgiam_error *')];
        $status = $ffi->pgiam_conninfo_parse(Text::of('conninfo', $conninfo), $out, $error);
        if ($status !== Abi::OK) {
            throw Errors::take($status, $error);
        }
        try {
            return Reply::params('pgiam_conninfo_at', $out[0]);
        } finally {
            $ffi->pgiam_conninfo_free($out[0]);
        }
    }
}
