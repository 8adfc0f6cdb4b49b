import os
import sys

import psycopg

assert psycopg.pq.__impl__ == os.environ["PSYCOPG_IMPL"]


def connect():
    global connection
    connection = psycopg.connect(os.environ["CONNINFO"], autocommit=True)


def reset():
    connection.pgconn.reset()
    assert connection.pgconn.status == psycopg.pq.ConnStatus.OK, connection.pgconn.error_message


def query():
    return connection.execute("SELECT session_user").fetchone()[0]


for line in sys.stdin:
    try:
        {"connect": connect, "reset": reset, "query": lambda: None}[line.strip()]()
        print(query(), flush=True)
    except (psycopg.Error, AssertionError) as error:
        print("error", " ".join(str(error).split()), flush=True)
