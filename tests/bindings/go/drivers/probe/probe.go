// Package probe does with a driver's pool what the tests in Python say, a line of JSON each.
package probe

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"pgiam.org/pgiam"
)

// Pool is a driver's, each of whose connections logs in by pgiam.
type Pool interface {
	User(ctx context.Context) (user string, tls bool, err error)
	Close()
}

// Command is what is to be done: open, ask, many (asked by so many at once), credentials (how often the
// program's own were asked for), threads.
type Command struct {
	Do      string
	DSN     string
	Options map[string]string
	Keys    *pgiam.Credentials // of the program's own
	Count   int
}

var asked int64

// Run serves standard input.
func Run(open func(dsn string, options map[string]string, with pgiam.With) (Pool, error)) {
	lines := bufio.NewScanner(os.Stdin)
	var pool Pool
	for lines.Scan() {
		var command Command
		if err := json.Unmarshal(lines.Bytes(), &command); err != nil {
			panic(err)
		}
		var told any
		var err error
		switch command.Do {
		case "open":
			if pool != nil {
				pool.Close()
			}
			pool, err = open(command.DSN, command.Options, with(command.Keys))
		case "ask":
			told, err = ask(pool)
		case "many":
			err = many(pool, command.Count)
		case "credentials":
			told = atomic.LoadInt64(&asked)
		}
		if err != nil {
			told = failure(err)
		}
		text, err := json.Marshal(told)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
}

func with(keys *pgiam.Credentials) pgiam.With {
	if keys == nil {
		return pgiam.With{}
	}
	return pgiam.With{Credentials: pgiam.CredentialsFunc(func(context.Context) (pgiam.Credentials, error) {
		atomic.AddInt64(&asked, 1)
		return *keys, nil
	})}
}

func ask(pool Pool) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	user, tls, err := pool.User(ctx)
	return map[string]any{"user": user, "tls": tls}, err
}

func many(pool Pool, count int) error {
	failures := make(chan error)
	for i := 0; i < count; i++ {
		go func() { _, err := ask(pool); failures <- err }()
	}
	var first error
	for i := 0; i < count; i++ {
		if err := <-failures; first == nil {
			first = err
		}
	}
	return first
}

func failure(err error) any {
	told := map[string]any{"text": err.Error(), "shown": fmt.Sprintf("%+v %#v", err, err)}
	var ours *pgiam.Error
	if errors.As(err, &ours) {
		codes := []string{}
		for _, cause := range ours.Causes {
			codes = append(codes, cause.Code)
		}
		told["status"], told["hint"], told["causes"] = ours.Status, ours.Hint, codes
		told["code"] = ours.Code
	}
	var driver interface{ SQLState() string }
	if errors.As(err, &driver) {
		told["sqlstate"] = driver.SQLState()
	}
	return map[string]any{"error": told}
}
