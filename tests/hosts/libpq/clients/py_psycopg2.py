import os
import sys

import psycopg2


def connect():
    global connection
    connection = psycopg2.connect(os.environ["CONNINFO"])
    connection.autocommit = True


def query():
    cursor = connection.cursor()
    cursor.execute("SELECT session_user")
    return cursor.fetchone()[0]


for line in sys.stdin:
    try:
        if line.strip() != "query":
            connect()
        print(query(), flush=True)
    except psycopg2.Error as error:
        print("error", " ".join(str(error).split()), flush=True)
