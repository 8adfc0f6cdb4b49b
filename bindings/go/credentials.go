package pgiam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"pgiam.org/pgiam/internal/abi"
)

// Credentials are a cloud's, of which tokens are made. No way of printing them shows a secret.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	AccountID       string
	Expires         time.Time // zero: never
}

func (c Credentials) String() string {
	return fmt.Sprintf("pgiam.Credentials{AccessKeyID: %q, Expires: %v, ***}", c.AccessKeyID, c.Expires)
}

// Format shows the same for every verb.
func (c Credentials) Format(state fmt.State, _ rune) { fmt.Fprint(state, c.String()) }

// MarshalJSON has no secrets.
func (c Credentials) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"access_key_id": c.AccessKeyID, "account_id": c.AccountID, "expires": c.Expires})
}

// CredentialsProvider gives a program's own. pgiamaws.From makes one of an aws.CredentialsProvider.
// Retrieve runs on a goroutine of its own, for all who wait for the same credentials: its context has
// the values of the first caller's and ends when nobody waits any more.
type CredentialsProvider interface {
	Retrieve(ctx context.Context) (Credentials, error)
}

// CredentialsFunc is a function as a provider. What two functions give is kept apart.
type CredentialsFunc func(ctx context.Context) (Credentials, error)

func (f CredentialsFunc) Retrieve(ctx context.Context) (Credentials, error) { return f(ctx) }

// Credentials are those that tokens are made of, for programs that talk to the cloud's other services;
// pgiamaws.Provider hands them to AWS's SDK. options go over the client's. Unlike Token it keeps a
// thread while it waits.
func (c *Client) Credentials(ctx context.Context, options map[string]string) (Credentials, error) {
	made, err := c.make(&Request{Options: options})
	if err != nil {
		return Credentials{}, err
	}
	type result struct {
		credentials Credentials
		err         error
	}
	told := make(chan result, 1)
	go func() {
		credentials, err := c.readCredentials(made)
		told <- result{credentials, err}
	}()
	select {
	case result := <-told:
		return result.credentials, result.err
	case <-ctx.Done():
		return Credentials{}, ended(ctx)
	}
}

func (c *Client) readCredentials(made made) (Credentials, error) {
	if err := c.enter(); err != nil {
		return Credentials{}, err
	}
	defer c.calls.RUnlock()
	var reply, failure abi.Handle
	status := c.library.Credentials(c.handle, made.raw, &reply, &failure)
	runtime.KeepAlive(made)
	if status != abi.Ok {
		return Credentials{}, takeError(c.library, status, failure)
	}
	answer := takeAnswer(c.library, reply)
	values := answer.Params()
	return Credentials{AccessKeyID: values["access_key_id"], SecretAccessKey: values["secret_access_key"],
		SessionToken: values["session_token"], AccountID: values["account_id"], Expires: answer.CredentialsExpireAt}, nil
}

// supplied answers one request's question for the program's credentials.
type supplied struct {
	library  *abi.Library
	provider CredentialsProvider
	ctx      context.Context
	number   uintptr

	mutex   sync.Mutex
	failure error
}

func (c *Client) supply(raw *abi.Request, request *Request) (*supplied, error) {
	if request.Credentials == nil {
		return nil, nil
	}
	identity := request.CredentialsIdentity
	if identity == "" {
		var err error
		if identity, err = c.names.of(request.Credentials); err != nil {
			return nil, err
		}
	}
	texts := texts{}
	raw.Credentials, raw.CredentialsIdentity = abi.AskCallback, texts.of("CredentialsIdentity", identity)
	if texts.fault != nil {
		return nil, texts.fault
	}
	return &supplied{library: c.library, provider: request.Credentials}, nil
}

// begin lets C ask until end.
func (s *supplied) begin(ctx context.Context, raw *abi.Request) {
	if s == nil {
		return
	}
	s.ctx = ctx
	s.number = abi.Register(abi.AskFunc(s.asked))
	raw.CredentialsUserData = s.number
}

func (s *supplied) end() {
	if s != nil {
		abi.Forget(s.number)
	}
}

func (s *supplied) asked(prompt *abi.Prompt, question abi.Handle) {
	limit := time.Duration(prompt.ExpiresInMs) * time.Millisecond
	go func() {
		ctx, cancel := outliving(s.ctx, limit)
		defer cancel()
		given, err := s.provider.Retrieve(ctx)
		if err != nil {
			s.keep(err)
			decline(ctx, s.library, question, err, abi.ENoCredentials)
			return
		}
		values := map[string]string{"access_key_id": given.AccessKeyID, "secret_access_key": given.SecretAccessKey}
		if given.SessionToken != "" {
			values["session_token"] = given.SessionToken
		}
		if given.AccountID != "" {
			values["account_id"] = given.AccountID
		}
		if !given.Expires.IsZero() {
			values["expires_at"] = given.Expires.UTC().Format(time.RFC3339)
		}
		answer(s.library, question, values, abi.ENoCredentials)
	}()
}

func (s *supplied) keep(failure error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.failure = failure
}

// explained puts what the program's own function returned behind the library's error.
func (s *supplied) explained(err error) error {
	var ours *Error
	if s == nil || !errors.As(err, &ours) || ours.behind != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	ours.behind = s.failure
	return err
}

// ---- Finishing a question ----

func answer(library *abi.Library, question abi.Handle, values map[string]string, refusal int32) {
	texts := texts{}
	list, count := texts.pairs(values)
	if texts.fault != nil {
		library.QuestionDecline(question, refusal, abi.Bytes(texts.fault.Message))
		return
	}
	library.QuestionAnswer(question, list, count)
	runtime.KeepAlive(list)
}

// decline passes a status on that the program names by an Error of its own. Who gave up because the
// time that he was given is over, ctx's, did not decline.
func decline(ctx context.Context, library *abi.Library, question abi.Handle, err error, status int32) {
	message := err.Error()
	var ours *Error
	if errors.As(err, &ours) {
		message = ours.Message
		status = statusOf(library, ours.Status, status)
	} else if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		status = abi.ETimeout
	}
	library.QuestionDecline(question, status, abi.Bytes(withoutNul(message)))
}

// outliving has the values of a context, but neither its end nor its deadline.
func outliving(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit <= 0 {
		return context.WithCancel(detached{ctx})
	}
	return context.WithTimeout(detached{ctx}, limit)
}

type detached struct{ context.Context }

func (detached) Deadline() (time.Time, bool) { return time.Time{}, false }
func (detached) Done() <-chan struct{}       { return nil }
func (detached) Err() error                  { return nil }

// ---- Whose credentials they are ----

// identities names each provider, and keeps it, so that its name is never another's.
type identities struct {
	mutex sync.Mutex
	known map[any]identity
}

type identity struct {
	name     string
	provider CredentialsProvider
}

const mostIdentities = 1024

var lastIdentity uint64

func (i *identities) of(provider CredentialsProvider) (string, error) {
	var key any = provider
	if function, ok := provider.(CredentialsFunc); ok {
		key = *(*unsafe.Pointer)(unsafe.Pointer(&function)) // of this closure, not of its code
	} else if !isComparable(provider) {
		return "", invalid("", fmt.Sprintf("a %T cannot be told from another: name whose credentials it gives by "+
			"CredentialsIdentity, or pass a pointer to it", provider))
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if known, ok := i.known[key]; ok {
		return known.name, nil
	}
	if i.known == nil || len(i.known) >= mostIdentities {
		i.known = map[any]identity{}
	}
	name := fmt.Sprintf("go:%T:%d", provider, atomic.AddUint64(&lastIdentity, 1))
	i.known[key] = identity{name, provider}
	return name, nil
}

func isComparable(provider CredentialsProvider) (comparable bool) {
	defer func() {
		if recover() != nil {
			comparable = false
		}
	}()
	return reflect.TypeOf(provider).Comparable() && provider == provider //nolint: panics where a member is not
}
