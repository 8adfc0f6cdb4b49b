"""python3 reconnect.py: logs in over a pool, waits for a line, and logs in again where its sessions are gone. PGHOST, PGPORT,
PGUSER, PGDATABASE and PGSSLROOTCERT say where; libpq reads them itself."""

import sys

import psycopg
import psycopg_pool

import pgiam.psycopg


def ask(pool: "psycopg_pool.ConnectionPool[pgiam.psycopg.Connection]") -> None:
    with pool.connection() as connection:
        connection.execute("SELECT session_user")


def main() -> None:
    with psycopg_pool.ConnectionPool(connection_class=pgiam.psycopg.Connection, min_size=1, timeout=60) as pool:
        ask(pool)
        print("connected", flush=True)
        sys.stdin.readline()
        for _ in range(20):  # a pool hands out a session whose server is gone once more
            try:
                ask(pool)
                break
            except psycopg.OperationalError:
                pass
        else:
            ask(pool)
        print("done", flush=True)


try:
    main()
except (pgiam.Error, psycopg.Error, psycopg_pool.PoolTimeout) as error:
    sys.exit(f"reconnect: {error}")
