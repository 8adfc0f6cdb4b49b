package pgiam

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"pgiam.org/pgiam/internal/abi"
)

// Config is what a Client is made of. The zero value is the usual one.
type Config struct {
	Options map[string]string // pgiam's, for all requests: "profile", "region", "role_arn", "tls" …

	// Prompt is called where a person must act, on a goroutine of its own. Nil: nobody is asked, and
	// the error says what to type.
	Prompt func(ctx context.Context, prompt Prompt) (string, error)

	// Log takes the log up to Level. Nil: slog's default logger at the level that it has now (before
	// Go 1.21 the package log, warnings and errors).
	Log   func(level Level, component, message string)
	Level Level
}

// Client is where tokens come from, with what was cached. Make one, use it from every goroutine.
type Client struct {
	library  *abi.Library
	handle   abi.Handle
	log, ask uintptr
	names    identities

	calls   sync.RWMutex // held for reading while the library's context may not be freed
	closed  atomic.Bool
	waiting waiting
}

// New makes a client. No network, no file access.
func New(config Config) (*Client, error) {
	library, err := load()
	if err != nil {
		return nil, err
	}
	client := &Client{library: library}
	raw, texts := abi.NewConfig(), texts{}
	raw.HostName, raw.HostVersion = abi.Bytes("pgiam-go"), abi.Bytes(Version)
	raw.Options, raw.OptionCount = texts.pairs(config.Options)
	if texts.fault != nil {
		return nil, texts.fault
	}
	log, level := config.Log, config.Level
	if log == nil {
		log, level = usualLog()
	}
	client.log = abi.Register(abi.LogFunc(func(level int32, component, message string) {
		log(Level(level), component, message)
	}))
	raw.Log, raw.LogUserData, raw.LogLevel = abi.LogCallback, client.log, int32(level)
	if config.Prompt != nil {
		client.ask = abi.Register(abi.AskFunc(personAsker(library, config.Prompt)))
		raw.Ask, raw.AskUserData = abi.AskCallback, client.ask
	}
	var failure abi.Handle
	status := library.ContextNew(raw, &client.handle, &failure)
	runtime.KeepAlive(raw)
	if status != abi.Ok {
		client.forget()
		return nil, takeError(library, status, failure)
	}
	runtime.SetFinalizer(client, (*Client).Close)
	return client, nil
}

// Token is the password to connect with now. Cancelling ctx cancels the fetch, unless others wait
// for it as well. A host that is not ours is the error NOT_APPLICABLE.
func (c *Client) Token(ctx context.Context, request Request) (Answer, error) {
	reply, err := c.reply(ctx, &request)
	if err != nil {
		return Answer{}, err
	}
	return takeAnswer(c.library, reply), nil
}

func (c *Client) reply(ctx context.Context, request *Request) (abi.Handle, error) {
	if ctx.Err() != nil {
		return 0, ended(ctx)
	}
	made, err := c.make(request)
	if err != nil {
		return 0, err
	}
	if err := c.enter(); err != nil {
		return 0, err
	}
	defer c.calls.RUnlock()
	if !request.Refresh {
		made.raw.Flags |= abi.RequestNoWait
		var reply abi.Handle
		calling <- struct{}{}
		status := c.library.BeforeConnect(c.handle, made.raw, &reply, nil)
		<-calling
		runtime.KeepAlive(made)
		if status == abi.Ok {
			return reply, nil
		}
		made.raw.Flags &^= abi.RequestNoWait
	}
	return c.fetch(ctx, made)
}

// fetch waits for what has to be fetched, or for the reason why there is nothing.
func (c *Client) fetch(ctx context.Context, made made) (abi.Handle, error) {
	made.call.begin(ctx, made.raw)
	defer made.call.end()
	operation, err := c.start(made)
	if err != nil {
		return 0, err
	}
	defer operation.free()
	reply, err := operation.wait(ctx)
	return reply, made.call.explained(err)
}

// Close ends it. What other goroutines still wait for is cancelled; more calls are errors.
func (c *Client) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	runtime.SetFinalizer(c, nil)
	c.waiting.close()
	c.calls.Lock()
	defer c.calls.Unlock()
	c.library.ContextFree(c.handle)
	c.forget()
	return nil
}

// enter holds the context until calls is unlocked.
func (c *Client) enter() error {
	c.calls.RLock()
	if c.closed.Load() {
		c.calls.RUnlock()
		return &Error{Status: "INVALID_STATE", Message: "the client is closed"}
	}
	return nil
}

func (c *Client) forget() {
	abi.Forget(c.log)
	abi.Forget(c.ask)
}
