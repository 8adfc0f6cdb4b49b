// pgx's own pool, for the tests; with the argument stdlib database/sql's over pgx; with pinned, one whose program
// has a check of its own, which no server passes.
package main

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"pgiam.org/pgiam"
	"pgiam.org/pgiam/pgiampgx"
	"pgiam.org/pgiam/tests/drivers/probe"
)

const question = "SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

type pool struct{ *pgxpool.Pool }

func (p pool) User(ctx context.Context) (user string, tls bool, err error) {
	err = p.QueryRow(ctx, question).Scan(&user, &tls)
	return user, tls, err
}

type standard struct{ *sql.DB }

func (s standard) Close() { s.DB.Close() }

func (s standard) User(ctx context.Context) (user string, tls bool, err error) {
	err = s.QueryRowContext(ctx, question).Scan(&user, &tls)
	return user, tls, err
}

func pin(config *pgx.ConnConfig) {
	if config.TLSConfig == nil || len(config.Fallbacks) > 0 { // nothing was said
		config.TLSConfig, config.Fallbacks = &tls.Config{InsecureSkipVerify: true}, nil
	}
	config.TLSConfig.VerifyConnection = func(tls.ConnectionState) error { return errors.New("not the pinned server") }
}

func main() {
	probe.Run(func(dsn string, options map[string]string, with pgiam.With) (probe.Pool, error) {
		config, err := pgxpool.ParseConfig(dsn)
		if err != nil {
			return nil, err
		}
		if len(os.Args) > 1 && os.Args[1] == "pinned" {
			pin(config.ConnConfig)
		} else if len(os.Args) > 1 {
			before := stdlib.OptionBeforeConnect(pgiampgx.BeforeConnect(options, with))
			return standard{stdlib.OpenDB(*config.ConnConfig, before)}, nil
		}
		config.BeforeConnect = pgiampgx.BeforeConnect(options, with)
		made, err := pgxpool.NewWithConfig(context.Background(), config)
		return pool{made}, err
	})
}
