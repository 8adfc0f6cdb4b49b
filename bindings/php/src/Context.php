<?php

declare(strict_types=1);

namespace Pgiam;

use FFI\CData;
use Pgiam\Internal\Abi;
use Pgiam\Internal\Errors;
use Pgiam\Internal\Kept;
use Pgiam\Internal\Library;
use Pgiam\Internal\Logger;
use Pgiam\Internal\Memory;
use Pgiam\Internal\Options;
use Pgiam\Internal\Person;
use Pgiam\Internal\Reply;
use Pgiam\Internal\Request;
use Pgiam\Internal\Supplier;

/**
 * Where tokens come from, with what was cached. Make one and use it for all connections; a forked child goes on with it.
 *
 *     (new Pgiam\Context())->token(host: 'orders.….rds.amazonaws.com', user: 'app')
 */
final class Context
{
    public const VERSION = '0.1.0';

    private const KEPT_REQUESTS = 128;

    /** libpq's keywords that a bare token takes as arguments, beside host, port and user; sslrootcert is an option. */
    private const BARE_KEYWORDS = [
        'hostaddr', 'dbname', 'password', 'passfile', 'sslmode', 'gssencmode', 'channel_binding', 'require_auth',
    ];

    private static ?self $default = null;

    private ?CData $handle = null;
    private Logger $logger;
    private ?Person $person = null;
    private bool $isKept = false;

    /** @var array<string, Request> */
    private array $requests = [];
    private CData $out;
    private CData $error;

    /**
     * @param (callable(Prompt): (string|bool|null))|null $prompt called where a person must act; answers with the code, null
     *     (shown) or false (declined). Without it nobody is asked: the error says what to type
     * @param callable|object|null $logger a PSR-3 logger or a function of a level and a message, for warnings
     *     and whatever else the option `log` asks for
     * @param mixed ...$options the library's, by name: profile, region, roleArn, tls, timeoutMs …
     */
    public function __construct(
        ?callable $prompt = null, callable|object|null $logger = null, #[\SensitiveParameter] mixed ...$options,
    ) {
        $this->logger = new Logger($logger);
        $this->person = $prompt !== null ? new Person($prompt) : null;
        $this->handle = $this->newHandle($options);
        $this->makeCells();
    }

    /**
     * The password to connect with now. Ask again for every connection: it lives for 15 minutes.
     *
     * @param ?string $conninfo what psql takes; host, port and user win over it
     * @param mixed $credentials in place of all that would be looked for: a function, an AWS SDK provider, client or promise,
     *     an object with getAccessKeyId(), or [access key, secret, session token, expiry]
     * @param ?string $credentialsIdentity the name that they are kept under, for sources that are made anew each time
     * @param mixed ...$options those of the context, for this call: profile: 'prod'
     */
    public function token(
        #[\SensitiveParameter] ?string $conninfo = null, ?string $host = null, int|string|null $port = null, ?string $user = null,
        #[\SensitiveParameter] mixed $credentials = null, ?string $credentialsIdentity = null,
        #[\SensitiveParameter] mixed ...$options,
    ): string {
        $request = $this->request($conninfo, $host, $port, $user, $credentials, $credentialsIdentity, null, $options);
        $reply = $this->replyTo($request);
        try {
            return Reply::password($reply);
        } finally {
            Library::ffi()->pgiam_reply_free($reply);
        }
    }

    /**
     * The same with all that is known about it.
     *
     * @param ?string $canApply which keywords the caller sets from `params`, "*" for all; as a rule
     *     "password,sslmode,sslrootcert"
     */
    public function answer(
        #[\SensitiveParameter] ?string $conninfo = null, ?string $host = null, int|string|null $port = null, ?string $user = null,
        #[\SensitiveParameter] mixed $credentials = null, ?string $credentialsIdentity = null, ?string $canApply = null,
        #[\SensitiveParameter] mixed ...$options,
    ): Answer {
        $request = $this->request($conninfo, $host, $port, $user, $credentials, $credentialsIdentity, $canApply, $options);
        $reply = $this->replyTo($request);
        try {
            return Reply::answer($reply);
        } finally {
            Library::ffi()->pgiam_reply_free($reply);
        }
    }

    /** The same without waiting: the operation has it when it is there. */
    public function start(
        #[\SensitiveParameter] ?string $conninfo = null, ?string $host = null, int|string|null $port = null, ?string $user = null,
        #[\SensitiveParameter] mixed $credentials = null, ?string $credentialsIdentity = null, ?string $canApply = null,
        #[\SensitiveParameter] mixed ...$options,
    ): Operation {
        $request = $this->request($conninfo, $host, $port, $user, $credentials, $credentialsIdentity, $canApply, $options);
        return new Operation($this, $request);
    }

    /** The one that the helpers for drivers use where they are given none; in a web server one that outlives the request. */
    public static function default(): self
    {
        if (self::$default === null || self::$default->handle === null) {
            self::$default = \PHP_SAPI === 'cli' ? new self() : self::ofProcess();
        }
        return self::$default;
    }

    /**
     * One for the life of the process, in a web server: the next request that asks with these options gets it, with what was
     * cached. Nobody can be asked.
     */
    public static function ofProcess(callable|object|null $logger = null, #[\SensitiveParameter] mixed ...$options): self
    {
        \ksort($options);
        $name = \json_encode([$options, $logger !== null], \JSON_THROW_ON_ERROR);
        $context = (new \ReflectionClass(self::class))->newInstanceWithoutConstructor();
        $context->logger = new Logger($logger);
        $context->isKept = true;
        $context->handle = Kept::find($name);
        if ($context->handle === null) {
            $context->handle = $context->newHandle($options);
            Kept::keep($name, $context->handle);
        }
        $context->makeCells();
        return $context;
    }

    /** Ends it, and cancels what is on its way; of the process's own it only lets go. More calls are errors. */
    public function close(): void
    {
        [$handle, $this->handle] = [$this->handle, null];
        $this->requests = [];
        if ($handle !== null && !$this->isKept) {
            $this->deliverLog($handle);
            Library::ffi()->pgiam_context_free($handle);
        }
    }

    public function __destruct()
    {
        $this->close();
    }

    /** Of the library that was found: "0.1.0". */
    public static function libraryVersion(): string
    {
        return Library::ffi()->pgiam_version();
    }

    /** @return array<string, mixed> */
    public function __debugInfo(): array
    {
        return ['open' => $this->handle !== null];
    }

    public function __serialize(): array
    {
        throw new \LogicException('a context is not serialized: make one in the other process; a forked one goes on with this one');
    }

    private function __clone()
    {
    }

    // ---- How ----

    /** What the library writes into: made once, since a token takes no longer than that. */
    private function makeCells(): void
    {
        $this->out = Library::cell('pgiam_reply *');
        $this->error = Library::cell('pgiam_error *');
    }

    /** @param array<int|string, mixed> $options */
    private function newHandle(#[\SensitiveParameter] array $options): CData
    {
        $names = new Options($options);
        $request = new Request(null, null, null, [], $names->values(), null, $names);
        $config = Library::sized('pgiam_config');
        $memory = new Memory();
        $config[0]->host_name = $memory->text('pgiam-php');
        $config[0]->host_version = $memory->text(self::VERSION);
        $config[0]->options = $request->slow[0]->options;
        $config[0]->option_count = $request->slow[0]->option_count;
        $this->logger->join($config);
        $this->person?->join($config);
        [$handle, $error] = [Library::cell('pgiam_context *'), Library::cell('pgiam_error *')];
        $status = Library::ffi()->pgiam_context_new($config, $handle, $error);
        if ($status !== Abi::OK) {
            throw $request->failed($status, $error);
        }
        return $handle[0];
    }

    /** @internal */
    public function open(): CData
    {
        return $this->handle ?? throw Errors::make('INVALID_STATE', 'the context is closed');
    }

    /** @internal */
    public function isOpen(): bool
    {
        return $this->handle !== null;
    }

    /** @internal after each call of the library's on this context: what it logged, to the logger */
    public function deliverLog(?CData $handle = null): void
    {
        $handle ??= $this->handle;
        if ($handle !== null && $this->logger->isWanted()) {
            $this->logger->deliver($handle);
        }
    }

    /** @param array<string, mixed> $options */
    private function request(
        #[\SensitiveParameter] ?string $conninfo, ?string $host, int|string|null $port, ?string $user,
        #[\SensitiveParameter] mixed $credentials, ?string $identity, ?string $canApply, #[\SensitiveParameter] array $options,
    ): Request {
        if ($conninfo !== null || $credentials !== null || $options !== []) {
            return $this->made($conninfo, $host, $port, $user, $credentials, $identity, $canApply, $options);
        }
        $key = "$host\0$port\0$user\0$canApply";
        // One with a NUL of its own is refused as it is made, and is nobody else's.
        if (!isset($this->requests[$key]) || \substr_count($key, "\0") !== 3) {
            $made = $this->made(null, $host, $port, $user, null, null, $canApply, []);
            if (\count($this->requests) >= self::KEPT_REQUESTS) {
                $this->requests = [];
            }
            $this->requests[$key] = $made;
        }
        return $this->requests[$key];
    }

    /** @param array<string, mixed> $options */
    private function made(
        #[\SensitiveParameter] ?string $conninfo, ?string $host, int|string|null $port, ?string $user,
        #[\SensitiveParameter] mixed $credentials, ?string $identity, ?string $canApply, #[\SensitiveParameter] array $options,
    ): Request {
        $names = new Options($options);
        $ours = $names->values();
        $keywords = $conninfo !== null ? Request::parse($conninfo) : [];
        foreach (self::BARE_KEYWORDS as $keyword) {
            if (isset($ours[$keyword])) {
                $keywords[$keyword] = $ours[$keyword];
            }
            unset($ours[$keyword]);
        }
        $request = new Request($host, $port, $user, $keywords, $ours, $canApply, $names);
        if ($credentials !== null) {
            $request->join(new Supplier($credentials, $identity));
        }
        return $request;
    }

    /** From memory, or as soon as it has been fetched. */
    private function replyTo(Request $request): CData
    {
        $status = Library::ffi()->pgiam_before_connect($this->open(), $request->quick, $this->out, $this->error);
        if ($status === Abi::OK) {
            $reply = $this->out[0];
        } elseif ($status === Abi::NOT_APPLICABLE) {
            $this->deliverLog();
            throw $request->failed($status, $this->error);
        } else { // it has to be fetched, or there is none, which an operation tells with its reason
            Errors::taken($status, $this->error);
            $reply = (new Operation($this, $request))->await();
        }
        $this->deliverLog();
        return $reply;
    }
}
