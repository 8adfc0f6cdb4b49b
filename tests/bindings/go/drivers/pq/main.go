// lib/pq's pool, for the tests.
package main

import (
	"context"
	"database/sql"

	"pgiam.org/pgiam"
	"pgiam.org/pgiam/pgiampq"
	"pgiam.org/pgiam/tests/drivers/probe"
)

type pool struct{ *sql.DB }

func (p pool) Close() { p.DB.Close() }

func (p pool) User(ctx context.Context) (user string, tls bool, err error) {
	err = p.QueryRowContext(ctx, "SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").Scan(&user, &tls)
	return user, tls, err
}

func main() {
	probe.Run(func(dsn string, options map[string]string, with pgiam.With) (probe.Pool, error) {
		connector, err := pgiampq.NewConnector(dsn, options, with)
		if err != nil {
			return nil, err
		}
		db := sql.OpenDB(connector)
		db.SetMaxOpenConns(8)
		return pool{db}, nil
	})
}
