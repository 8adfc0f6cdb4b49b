// Package pgiampgx logs pgx in with a fresh token for each connection of a pool:
//
//	config, err := pgxpool.ParseConfig("host=orders.c9… user=app dbname=shop")
//	config.BeforeConnect = pgiampgx.BeforeConnect(nil)
//	pool, err := pgxpool.NewWithConfig(ctx, config)
//
// and likewise stdlib.OpenDB(*config, stdlib.OptionBeforeConnect(pgiampgx.BeforeConnect(nil))).
//
// TLS is set where nobody said anything (pgx would go on without), and a connection that forgoes it is
// refused; an alias is dialled by the endpoint's own name; a kept token that is refused is made anew, once.
// What is not pgiam's, or has a password of its own, is pgx's alone; where an endpoint refuses such a
// password, the server's message goes on with what pgiam has to say of it.
package pgiampgx

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"pgiam.org/pgiam"
)

// BeforeConnect is for pgxpool.Config and stdlib.OptionBeforeConnect. options are pgiam's.
func BeforeConnect(options map[string]string, with ...pgiam.With) func(context.Context, *pgx.ConnConfig) error {
	return func(ctx context.Context, config *pgx.ConnConfig) error {
		if pgiam.Disabled() {
			return nil
		}
		attempt, err := pgiam.One(with).Attempt(ctx, keywords(config), options, canApply(config))
		if err != nil {
			return err
		}
		params, err := attempt.Next(ctx)
		if pgiam.KeptByPassword(err) {
			explainGiven(config, attempt)
			return nil
		}
		if pgiam.StatusOf(err) == "NOT_APPLICABLE" {
			return attempt.Close()
		}
		if err == nil && isList(config) {
			err = &pgiam.Error{Status: "UNSUPPORTED", Message: "pgiampgx takes no list of hosts: each would need a password of its own",
				Hint: "name one host, as the cluster's endpoint that follows the writer, or make a pool for each"}
		}
		if err == nil {
			err = apply(config, params)
		}
		if err != nil {
			attempt.Close()
			return err
		}
		follow(config, attempt, params["password"])
		return nil
	}
}

// Connect is pgx.ConnectConfig with BeforeConnect.
func Connect(ctx context.Context, config *pgx.ConnConfig, options map[string]string, with ...pgiam.With) (*pgx.Conn, error) {
	config = config.Copy()
	if err := BeforeConnect(options, with...)(ctx, config); err != nil {
		return nil, err
	}
	return pgx.ConnectConfig(ctx, config)
}

// keywords are the connection in libpq's words. pgx has read its variables, service and password files.
func keywords(config *pgx.ConnConfig) map[string]string {
	hosts, ports := []string{config.Host}, []string{strconv.Itoa(int(config.Port))}
	for _, other := range config.Fallbacks {
		if !isOf(config, other) {
			hosts, ports = append(hosts, other.Host), append(ports, strconv.Itoa(int(other.Port)))
		}
	}
	set := map[string]string{"host": strings.Join(hosts, ","), "port": strings.Join(ports, ","), "user": config.User,
		"dbname": config.Database, "password": config.Password, "gssencmode": "disable"}
	said, root := saidOfTLS(config)
	if mode := modeOf(config); said || mode != "prefer" {
		set["sslmode"] = mode
	}
	if root != "" {
		set["sslrootcert"] = root
	}
	return set
}

// isOf: pgx tries a host with TLS and without as two.
func isOf(config *pgx.ConnConfig, other *pgconn.FallbackConfig) bool {
	return other.Host == config.Host && other.Port == config.Port
}

func isList(config *pgx.ConnConfig) bool {
	for _, other := range config.Fallbacks {
		if !isOf(config, other) {
			return true
		}
	}
	return false
}
