// The corpus through the Go module; see tests/conformance/corpus/README.md.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"pgiam.org/pgiam"
)

// program is what the program of a case does when it is asked for its credentials, or a person for a word.
type program struct {
	Values   map[string]string
	Declines string
	Status   string
	Never    bool

	asked chan struct{}
	once  sync.Once
}

type request struct {
	Host, User, Password, ConnInfo string
	Port                           int
	Options, Keywords              map[string]string
	CanApply                       string `json:"can_apply"`
	Credentials                    *program
}

type outcome struct {
	Message  *string
	SQLState string
}

type testCase struct {
	Call     string
	Context  map[string]string
	Request  request
	Person   *program
	Outcomes []outcome
	Warm     any
	Cancel   any
}

type refusal struct{ outcome }

func (r refusal) Error() string    { return *r.Message }
func (r refusal) SQLState() string { return r.outcome.SQLState }

func (p *program) answer(ctx context.Context) error {
	p.once.Do(func() { close(p.asked) })
	if p.Never {
		<-ctx.Done()
		return ctx.Err()
	}
	if p.Declines != "" {
		return &pgiam.Error{Status: p.Status, Message: p.Declines}
	}
	return nil
}

func (p *program) Retrieve(ctx context.Context) (pgiam.Credentials, error) {
	if err := p.answer(ctx); err != nil {
		return pgiam.Credentials{}, err
	}
	given := pgiam.Credentials{AccessKeyID: p.Values["access_key_id"], SecretAccessKey: p.Values["secret_access_key"],
		SessionToken: p.Values["session_token"], AccountID: p.Values["account_id"]}
	if text, ok := p.Values["expires_at"]; ok {
		expires, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return given, err
		}
		given.Expires = expires
	}
	return given, nil
}

func (r *request) ours() pgiam.Request {
	made := pgiam.Request{ConnInfo: r.ConnInfo, Host: r.Host, Port: r.Port, User: r.User, Password: r.Password,
		Options: r.Options, Keywords: r.Keywords, CanApply: r.CanApply}
	if r.Credentials != nil {
		r.Credentials.asked = make(chan struct{})
		made.Credentials = r.Credentials
	}
	return made
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var asked testCase
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		told, err := json.Marshal(run(&asked))
		if err != nil {
			panic(err)
		}
		fmt.Println(string(told))
	}
}

type object map[string]any

func run(asked *testCase) object {
	if asked.Call == "conninfo" {
		keywords, err := pgiam.ParseConnInfo(asked.Request.ConnInfo)
		if err != nil {
			return failed(err)
		}
		return object{"keywords": keywords}
	}
	config := pgiam.Config{Options: asked.Context, Log: func(pgiam.Level, string, string) {}, Level: pgiam.LevelError}
	if person := asked.Person; person != nil {
		person.asked = make(chan struct{})
		config.Prompt = func(ctx context.Context, _ pgiam.Prompt) (string, error) {
			err := person.answer(ctx)
			return person.Values["answer"], err
		}
	}
	client, err := pgiam.New(config)
	if err != nil {
		return failed(err)
	}
	defer client.Close()
	request := asked.Request.ours()
	if asked.Warm != nil {
		follow(client, request, []outcome{{}})
	}
	if asked.Call == "attempt" {
		return follow(client, request, asked.Outcomes)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if asked.Cancel != nil {
		go func() { <-asked.Request.Credentials.asked; cancel() }()
	}
	answer, err := client.Token(ctx, request)
	if err != nil {
		return failed(err)
	}
	return object{"answer": described(answer)}
}

func described(answer pgiam.Answer) object {
	expires := int64(0)
	if !answer.ExpiresAt.IsZero() {
		expires = answer.ExpiresAt.UnixMilli()
	}
	warnings := []object{}
	for _, warning := range answer.Warnings {
		warnings = append(warnings, facts(warning))
	}
	return object{"token": answer.Token(), "params": map[string]string(answer.Params()), "host": answer.Host,
		"port": answer.Port, "region": answer.Region, "provider": answer.Provider, "target": answer.Target,
		"rule": answer.Rule, "expires_at_ms": expires, "warnings": warnings}
}

func failed(err error) object {
	var ours *pgiam.Error
	if !errors.As(err, &ours) {
		panic(err)
	}
	return object{"error": facts(ours)}
}

func facts(err *pgiam.Error) object {
	causes := []object{}
	for _, cause := range err.Causes {
		causes = append(causes, facts(cause))
	}
	return object{"status": err.Status, "message": err.Message, "hint": err.Hint, "code": err.Code,
		"provider": err.Provider, "sqlstate": err.SQLState, "retryable": err.Retryable,
		"commands": append([]string{}, err.Commands...), "causes": causes}
}

// follow makes an attempt as the drivers' helpers do, with the case's outcomes in the place of a driver.
func follow(client *pgiam.Client, request pgiam.Request, outcomes []outcome) object {
	connects := []map[string]string{}
	attempt, err := client.NewAttempt(context.Background(), request)
	if err != nil {
		return object{"error": failed(err)["error"], "connects": connects}
	}
	defer attempt.Close()
	for {
		params, err := attempt.Next(context.Background())
		if err != nil {
			return object{"error": failed(err)["error"], "connects": connects}
		}
		if params == nil {
			return object{"done": true, "connects": connects}
		}
		connects = append(connects, params)
		if len(connects) > len(outcomes) {
			return object{"done": false, "connects": connects}
		}
		if told := outcomes[len(connects)-1]; told.Message != nil {
			attempt.Report(refusal{told})
		} else {
			attempt.Report(nil)
		}
	}
}
