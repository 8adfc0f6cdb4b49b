<?php

declare(strict_types=1);

namespace Pgiam\Internal;

use FFI\CData;
use Pgiam\Context;
use Pgiam\Error;

/**
 * A connection from the first host to the end: decided by the library, made by a driver.
 *
 * @internal
 */
final class Attempt
{
    private CData $handle;
    private CData $error;
    private CData $step;
    private Request $request;
    private string $ownFile;

    /**
     * @param array<string, string> $keywords libpq's, as it resolves them
     * @param bool $walksList for libpq, which goes through a list of hosts by itself
     */
    public function __construct(
        private Context $context, #[\SensitiveParameter] array $keywords, Options $options, string $canApply,
        mixed $credentials = null, ?string $identity = null, bool $walksList = false,
    ) {
        $this->request = new Request(null, null, null, $keywords, $options->values(), $canApply, $options);
        if ($credentials !== null) {
            $this->request->join(new Supplier($credentials, $identity));
        }
        $this->ownFile = $keywords['passfile'] ?? '';
        if ($walksList) {
            $this->request->quick[0]->flags |= Abi::REQUEST_WALKS_LIST;
        }
        $this->step = Library::sized('pgiam_step');
        $this->error = Library::cell('pgiam_error *');
        $handle = Library::cell('pgiam_attempt *');
        $status = Library::ffi()->pgiam_attempt_new($context->open(), $this->request->quick, $handle, $this->error);
        if ($status !== Abi::OK) {
            throw $this->request->failed($status, $this->error);
        }
        $this->handle = $handle[0];
    }

    /**
     * What to set over the user's own for the next connect; null: connected, and that was all.
     *
     * @return array<string, string>|null
     */
    public function next(?\Throwable $failure = null): ?array
    {
        while (true) {
            $this->context->open();
            $status = Library::ffi()->pgiam_attempt_next($this->handle, $this->step, $this->error);
            $this->context->deliverLog();
            if ($status !== Abi::OK) {
                throw $this->request->failed($status, $this->error, Error::class, $failure);
            }
            switch ($this->step[0]->kind) {
                case Abi::STEP_DONE:
                    return null;
                case Abi::STEP_CONNECT:
                    return Reply::params('pgiam_attempt_param', $this->handle);
                default:
                    $this->wait($this->step[0]->descriptor, $this->step[0]->wait_ms);
            }
        }
    }

    private function wait(int $descriptor, int $milliseconds): void
    {
        if ($descriptor >= 0) {
            Libc::poll($descriptor, $milliseconds);
        } else {
            \usleep(1000 * ($milliseconds >= 0 ? $milliseconds : 50));
        }
    }

    /** How the connect went: null, or what libpq said. */
    public function report(?string $failure, ?string $sqlstate = null): void
    {
        $outcome = Library::sized('pgiam_outcome');
        $memory = new Memory();
        $outcome[0]->outcome = $failure === null ? Abi::OUTCOME_CONNECTED : Abi::OUTCOME_OTHER;
        if ($failure !== null) {
            $outcome[0]->message = $memory->text(\strtr($failure, ["\0" => ' ']));
            $outcome[0]->sqlstate = $sqlstate !== null ? $memory->text($sqlstate) : null;
        }
        if ($this->context->isOpen()) { // it may have been closed while the driver connected: next() tells
            Library::ffi()->pgiam_attempt_report($this->handle, $outcome);
        }
    }

    /** @return \Generator<CData> */
    private function hosts(): \Generator
    {
        $host = Library::sized('pgiam_host');
        for ($index = 0; Library::ffi()->pgiam_attempt_host($this->handle, $index, $host) === Abi::OK; $index++) {
            yield $host[0];
            $host[0]->struct_size = \FFI::sizeof($host);
        }
    }

    /**
     * A password file for the next connect: of one host, or of each host of the list that libpq goes through.
     *
     * @param array<string, string> $apply
     */
    public function passwordFile(#[\SensitiveParameter] array $apply): string
    {
        if (isset($apply['password'])) {
            return '*:*:*:*:' . self::escaped($apply['password']) . "\n";
        }
        $lines = '';
        foreach ($this->hosts() as $host) {
            if (($host->flags & Abi::HOST_NOT_OURS) === 0 && $host->password !== null) {
                $lines .= self::line($host);
            }
        }
        return $lines . $this->contentOfOwnFile(); // what is not ours is looked up behind our lines
    }

    private static function line(CData $host): string
    {
        $name = $host->dial_host ?: $host->host ?: $host->dial_hostaddr ?: $host->hostaddr ?: '';
        $lines = '';
        foreach (\array_unique(\explode(',', $name)) as $part) { // a name with several addresses comes as often
            $lines .= self::escaped($part) . ":$host->port:*:*:" . self::escaped($host->password) . "\n";
        }
        return $lines;
    }

    private static function escaped(#[\SensitiveParameter] string $text): string
    {
        return \strtr($text, ['\\' => '\\\\', ':' => '\\:']);
    }

    /** As libpq: nothing of one that is not a file, or that others may read. */
    private function contentOfOwnFile(): string
    {
        $file = $this->ownFile;
        return @\is_file($file) && (@\fileperms($file) & 077) === 0 ? (string) @\file_get_contents($file) : '';
    }

    public function __destruct()
    {
        if (isset($this->handle)) {
            Library::ffi()->pgiam_attempt_free($this->handle);
        }
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return [];
    }
}
