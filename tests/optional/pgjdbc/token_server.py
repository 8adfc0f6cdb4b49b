"""A server as pgjdbc's tests want one, in which `test` logs in with tokens alone: it prints the variables of the emulator once it
is ready, and stays until its input ends."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "rds"))
from rds_emulator import Emulator, emulator, postgres  # noqa: E402

postgres._SETTINGS.update(wal_level="logical", max_wal_senders="20", max_replication_slots="20", max_prepared_transactions="64")


class Server(postgres.Server):
    def _hba(self):
        return "local all all trust\nhost all,replication postgres all trust\n" + super()._hba().replace("scram-sha-256", "md5")


emulator.Server = Server
with Emulator(users=["test"]) as rds:
    rds.admin_sql("CREATE ROLE postgres SUPERUSER LOGIN; GRANT rds_iam TO test;")
    rds.admin_sql("CREATE DATABASE test OWNER test ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;")
    rds.admin_sql("CREATE EXTENSION hstore;", database="test")
    for name, value in rds.environment().items():
        print(f"{name}={value}")
    print(flush=True)
    sys.stdin.read()
