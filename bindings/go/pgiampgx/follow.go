package pgiampgx

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"pgiam.org/pgiam"
)

// following tells an attempt how pgx's connect goes. pgx itself tries a host once, and its pool does not
// ask BeforeConnect a second time: the host stands in its list twice, and the second is gone to only where
// the library says so.
type following struct {
	attempt *pgiam.Attempt

	mutex    sync.Mutex
	password string
	refusal  error // of the last connect, not yet reported
	over     bool
	explains error
	dialled  map[string]bool
}

var errNotAgain = errors.New("not tried again: no token that was kept was refused")

func follow(config *pgx.ConnConfig, attempt *pgiam.Attempt, password string) {
	f := &following{attempt: attempt, password: password, dialled: map[string]bool{}}
	config.Fallbacks = []*pgconn.FallbackConfig{again(config)}

	dial := config.DialFunc
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if err := f.mayDial(ctx, address); err != nil {
			return nil, err
		}
		connection, err := dial(ctx, network, address)
		f.dialFailed(err)
		return connection, err
	}
	netConnect := config.AfterNetConnect
	config.AfterNetConnect = func(ctx context.Context, live *pgconn.Config, connection net.Conn) (net.Conn, error) {
		live.Password = f.current()
		if netConnect != nil {
			return netConnect(ctx, live, connection)
		}
		return connection, nil
	}
	onError := config.OnPgError
	config.OnPgError = func(connection *pgconn.PgConn, refusal *pgconn.PgError) bool {
		f.refused(refusal)
		if onError != nil {
			return onError(connection, refusal)
		}
		return refusal.Severity != "FATAL"
	}
	afterConnect := config.AfterConnect
	config.AfterConnect = func(ctx context.Context, connection *pgconn.PgConn) error {
		f.connected()
		if afterConnect != nil {
			return afterConnect(ctx, connection)
		}
		return nil
	}
}

// mayDial: the first time round, and where the attempt has a new password for a host that refused.
func (f *following) mayDial(ctx context.Context, address string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.over {
		return nil // a cancel request of a connection that lives
	}
	if f.explains != nil {
		return f.explains
	}
	if f.refusal == nil {
		if f.dialled[address] {
			return errNotAgain
		}
		f.dialled[address] = true
		return nil
	}
	var server *pgconn.PgError
	if !errors.As(f.refusal, &server) && !f.dialled[address] {
		f.refusal, f.dialled[address] = nil, true // another address of the same host
		return nil
	}
	f.attempt.Report(f.refusal)
	params, err := f.attempt.Next(ctx)
	if err != nil {
		if f.explains = pgiam.Explained(err, f.refusal); f.explains == f.refusal {
			f.explains = errNotAgain // pgx has told it
		}
		return f.explains
	}
	f.refusal, f.password = nil, params["password"]
	return nil
}

func (f *following) dialFailed(err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if err != nil && !f.over {
		f.refusal = err
	}
}

func (f *following) refused(refusal *pgconn.PgError) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if !f.over {
		f.refusal = refusal
	}
}

func (f *following) current() string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.password
}

func (f *following) connected() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if !f.over {
		f.over = true
		f.attempt.Report(nil)
		f.attempt.Close()
	}
}
