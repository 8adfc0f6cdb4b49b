// Package pgiampq logs lib/pq in with a fresh token for each connection of a pool:
//
//	connector, err := pgiampq.NewConnector("host=orders.c9… user=app dbname=shop", nil)
//	db := sql.OpenDB(connector)
//
// TLS is set where nobody said anything, and a connection that forgoes it is refused; an alias is dialled
// by the endpoint's own name; a kept token that is refused is made anew, once. What is not pgiam's, or has
// a password of its own, is lib/pq's alone; where an endpoint refuses such a password, the error says that
// it kept the token away.
package pgiampq

import (
	"context"
	"database/sql/driver"
	"os"
	"path/filepath"
	"strings"

	"github.com/lib/pq"
	"pgiam.org/pgiam"
)

// Connector is for sql.OpenDB.
type Connector struct {
	dsn     string
	given   map[string]string // of the dsn
	options map[string]string
	with    pgiam.With
	dialer  pq.Dialer
}

var _ driver.Connector = (*Connector)(nil)

// NewConnector takes what pq.NewConnector takes, and pgiam's options.
func NewConnector(dsn string, options map[string]string, with ...pgiam.With) (*Connector, error) {
	if _, err := pq.NewConnector(dsn); err != nil && !isOfTLS(err) {
		return nil, err
	}
	connector := &Connector{dsn: dsn, options: options, with: pgiam.One(with)}
	if pgiam.Disabled() {
		return connector, nil
	}
	given, err := pgiam.ParseConnInfo(dsn)
	connector.given = given
	return connector, err
}

// isOfTLS: an sslmode that lib/pq does not know may be one that pgiam refuses, with its reason.
func isOfTLS(err error) bool { return strings.Contains(err.Error(), "sslmode") }

// Dialer sets how connections are opened, as that of pq.Connector does.
func (c *Connector) Dialer(dialer pq.Dialer) { c.dialer = dialer }

// Driver is lib/pq's.
func (c *Connector) Driver() driver.Driver { return &pq.Driver{} }

// Connect logs in. A failure that pgiam can explain is a *pgiam.Error with lib/pq's own behind it.
func (c *Connector) Connect(ctx context.Context) (driver.Conn, error) {
	if pgiam.Disabled() {
		return c.dial(ctx, nil)
	}
	attempt, err := c.with.Attempt(ctx, c.keywords(), c.options, "password,host,hostaddr,port,sslmode,sslrootcert")
	if err != nil {
		return nil, err
	}
	defer attempt.Close()
	return pgiam.Connect(ctx, attempt, c.dial)
}

func (c *Connector) dial(ctx context.Context, apply pgiam.Params) (driver.Conn, error) {
	dsn, addresses := c.dsn, c.given["hostaddr"]
	if apply != nil || addresses != "" {
		set := merged(c.given, apply)
		addresses = set["hostaddr"]
		delete(set, "hostaddr") // which not every lib/pq knows
		dsn = written(set)
	}
	connector, err := pq.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	if addresses != "" {
		connector.Dialer(dialer{addresses: strings.Split(addresses, ","), inner: c.dialer})
	} else if c.dialer != nil {
		connector.Dialer(c.dialer)
	}
	return connector.Connect(ctx)
}

// What lib/pq reads of its environment, of the keywords that the library reads.
var variables = map[string]string{"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE",
	"password": "PGPASSWORD", "passfile": "PGPASSFILE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}

// keywords are the connection as lib/pq resolves it.
func (c *Connector) keywords() map[string]string {
	resolved := map[string]string{"host": "localhost", "gssencmode": "disable"}
	if home, err := os.UserHomeDir(); err == nil {
		resolved["passfile"] = filepath.Join(home, ".pgpass")
	}
	for key, variable := range variables {
		if value := os.Getenv(variable); value != "" {
			resolved[key] = value
		}
	}
	for key, value := range c.given {
		resolved[key] = value
	}
	if resolved["user"] == "" {
		resolved["user"] = userName()
	}
	return resolved
}

// merged has the library's keywords over the user's; what it unsets is gone.
func merged(given map[string]string, apply pgiam.Params) map[string]string {
	set := map[string]string{}
	for key, value := range given {
		set[key] = value
	}
	for key, value := range apply {
		if set[key] = value; value == "" {
			delete(set, key)
		}
	}
	return set
}

var quoted = strings.NewReplacer(`\`, `\\`, `'`, `\'`)

func written(keywords map[string]string) string {
	var text strings.Builder
	for key, value := range keywords {
		text.WriteString(key + "='" + quoted.Replace(value) + "' ")
	}
	return text.String()
}
