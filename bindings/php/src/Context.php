<?php

declare(strict_types=1);

namespace Pgiam;

use FFI\CData;
use Pgiam\Internal\Abi;
use Pgiam\Internal\Errors;
use Pgiam\Internal\Library;
use Pgiam\Internal\Logger;
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

    /** @var array<string, Request> */
    private array $requests = [];
    private CData $out;

    /**
     * @param (callable(Prompt): (string|bool|null))|null $prompt called where a person must act; answers with the code, null
     *     (shown) or false (declined). Without it nobody is asked: the error says what to type
     * @param callable|object|null $logger a PSR-3 logger or a function of a level and a message, for warnings
     * @param mixed ...$options the library's, by name: profile, region, roleArn, tls, timeoutMs …
     */
    public function __construct(?callable $prompt = null, callable|object|null $logger = null, mixed ...$options)
    {
        $this->logger = new Logger($logger);
        $this->person = $prompt !== null ? new Person($prompt) : null;
        $names = new Options($options);
        $request = new Request(null, null, null, [], $names->values(), null, $names);
        $config = Library::sized('pgiam_config');
        $memory = new Internal\Memory();
        $config[0]->host_name = $memory->text('pgiam-php');
        $config[0]->host_version = $memory->text(self::VERSION);
        $config[0]->options = $request->slow[0]->options;
        $config[0]->option_count = $request->slow[0]->option_count;
        $this->person?->join($config);
        [$handle, $error] = [Library::cell('pgiam_context *'), Library::cell('pgiam_error *')];
        $status = Library::ffi()->pgiam_context_new($config, $handle, $error);
        if ($status !== Abi::OK) {
            throw $request->failed($status, $error);
        }
        $this->handle = $handle[0];
        $this->out = Library::cell('pgiam_reply *');
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
        ?string $conninfo = null, ?string $host = null, int|string|null $port = null, ?string $user = null,
        mixed $credentials = null, ?string $credentialsIdentity = null, mixed ...$options,
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
        ?string $conninfo = null, ?string $host = null, int|string|null $port = null, ?string $user = null,
        mixed $credentials = null, ?string $credentialsIdentity = null, ?string $canApply = null, mixed ...$options,
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
        ?string $conninfo = null, ?string $host = null, int|string|null $port = null, ?string $user = null,
        mixed $credentials = null, ?string $credentialsIdentity = null, ?string $canApply = null, mixed ...$options,
    ): Operation {
        $request = $this->request($conninfo, $host, $port, $user, $credentials, $credentialsIdentity, $canApply, $options);
        return new Operation($this, $request);
    }

    /** The one that the helpers for drivers use where they are given none. */
    public static function default(): self
    {
        if (self::$default === null || self::$default->handle === null) {
            self::$default = new self();
        }
        return self::$default;
    }

    /** Ends it, and cancels what is on its way. More calls are errors. */
    public function close(): void
    {
        [$handle, $this->handle] = [$this->handle, null];
        if ($handle !== null) {
            $this->requests = [];
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

    /** @internal */
    public function open(): CData
    {
        return $this->handle ?? throw Errors::make('INVALID_STATE', 'the context is closed');
    }

    /** @internal */
    public function warnOf(CData $reply): void
    {
        if ($this->logger->isWanted()) {
            $this->logger->warnOf($reply);
        }
    }

    /** @param array<string, mixed> $options */
    private function request(
        ?string $conninfo, ?string $host, int|string|null $port, ?string $user, mixed $credentials, ?string $identity,
        ?string $canApply, array $options,
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
        ?string $conninfo, ?string $host, int|string|null $port, ?string $user, mixed $credentials, ?string $identity,
        ?string $canApply, array $options,
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
        if (Library::ffi()->pgiam_before_connect($this->open(), $request->quick, $this->out, null) === Abi::OK) {
            $reply = $this->out[0];
        } else { // it has to be fetched, or there is none, which an operation tells with its reason
            $reply = (new Operation($this, $request))->await();
        }
        if (!$request->isTold) {
            $request->isTold = true;
            $this->warnOf($reply);
        }
        return $reply;
    }
}
