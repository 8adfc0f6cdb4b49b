// Package pgiam makes passwords for PostgreSQL servers that take short-lived ones: AWS RDS and Aurora
// with IAM authentication. It is thin over the library libpgiam, which it loads at run time; building
// needs no C compiler (and with the tag pgiam_cgo one, but no module beside the standard library).
//
//	answer, err := pgiam.Token(ctx, pgiam.Request{Host: "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com", User: "app"})
//	password := answer.Token() // good for 15 minutes; ask again for every connection
//
// pgiampgx and pgiampq, modules of their own, log drivers in.
package pgiam

import (
	"context"
	"os"
	"strings"
	"sync"

	"pgiam.org/pgiam/internal/abi"
)

// Version is this module's, and that of the library that belongs to it.
const Version = "0.1.0"

// LibraryVersion is that of the library that was loaded.
func LibraryVersion() (string, error) {
	library, err := load()
	if err != nil {
		return "", err
	}
	return library.Version(), nil
}

// Token asks the process's own client; see Client.Token.
func Token(ctx context.Context, request Request) (Answer, error) {
	client, err := Default()
	if err != nil {
		return Answer{}, err
	}
	return client.Token(ctx, request)
}

var (
	defaultMutex  sync.Mutex
	defaultClient *Client
)

// Default is the client of the process, which Token and the drivers' helpers use.
func Default() (*Client, error) {
	defaultMutex.Lock()
	defer defaultMutex.Unlock()
	if defaultClient == nil {
		client, err := New(Config{})
		if err != nil {
			return nil, err
		}
		defaultClient = client
	}
	return defaultClient, nil
}

// Disabled says whether PGIAM_DISABLE asks all helpers to be as if they were absent.
func Disabled() bool {
	switch strings.ToLower(os.Getenv("PGIAM_DISABLE")) {
	case "1", "yes", "true", "on":
		return true
	}
	return false
}

func load() (*abi.Library, error) {
	library, err := abi.Load()
	if err != nil {
		return nil, &Error{Status: "UNSUPPORTED", Message: err.Message, Hint: err.Hint, Code: err.Code}
	}
	return library, nil
}
