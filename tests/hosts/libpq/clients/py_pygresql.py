# PyGreSQL calls PQsetdbLogin and PQreset.
import os
import sys

import pg


def connect():
    global connection
    host, port, user, database = (os.environ[name] for name in ("HOST", "PORT", "DBUSER", "DBNAME"))
    connection = pg.connect(dbname=database, host=host, port=int(port), user=user)


for line in sys.stdin:
    try:
        if line.strip() == "connect":
            connect()
        elif line.strip() == "reset":
            connection.reset()
        print(connection.query("SELECT session_user").getresult()[0][0], flush=True)
    except pg.Error as error:
        print("error", " ".join(str(error).split()), flush=True)
