// go run . (in this folder): logs in over a pool, waits for a line, and logs in again where its sessions
// are gone. PGHOST, PGPORT, PGUSER, PGDATABASE and PGSSLROOTCERT say where; lib/pq reads them itself.
package main

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"

	"pgiam.org/pgiam/pgiampq"
)

func main() {
	if err := reconnect(); err != nil {
		fmt.Fprintln(os.Stderr, "reconnect:", err)
		os.Exit(1)
	}
}

func reconnect() error {
	connector, err := pgiampq.NewConnector("", nil)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	ask := func() error {
		var user string
		return pool.QueryRow("SELECT session_user").Scan(&user)
	}
	if err := ask(); err != nil {
		return err
	}
	fmt.Println("connected")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	for i := 0; i < 20; i++ { // a pool hands out a session whose server is gone once more
		if err = ask(); err == nil {
			fmt.Println("done")
			return nil
		}
	}
	return err
}
