"""Where faults are seeded: one emulated instance, AWS's services, odd servers, a name server; and a user's desk for each seed."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parents[2]
sys.path[:0] = [str(HERE), str(TESTS / "hosts"), str(TESTS / "rds"), str(TESTS / "rds/aws")]

from fake_aws import Cluster, FakeAws, Instance, Key, Principal, Proxy  # noqa: E402
from odd_server import OddServer, certificate  # noqa: E402
from rds_emulator import Emulator  # noqa: E402
from rds_emulator.verifier import Key as RdsKey  # noqa: E402

COMMAND = os.environ["PGIAM_TEST_COMMAND"]
HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
DSQL = "abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws"
ACCOUNT = "123456789012"
KEY, SECRET = "AKIAEXAMPLEEXAMPLE01", "canarycanarycanarycanarycanarycanaryAAAA"
OTHER, OTHER_SECRET = "AKIAEXAMPLEEXAMPLE02", "canarycanarycanarycanarycanarycanaryBBBB"
TEMPORARY, TEMPORARY_SECRET, TOKEN = "ASIAEXAMPLEEXAMPLE03", "canarycanarycanarycanarycanarycanaryCCCC", "canary" * 150
STALE = "ASIAEXAMPLEEXAMPLE04"
SECRETS = (SECRET, OTHER_SECRET, TEMPORARY_SECRET, TOKEN, "X-Amz-Signature", "canaryP")
# Keys of users whose policies have a fault; "unasked" may ask nothing.
OTHERS = {name: f"AKIAEXAMPLEOTHERS{n}" for n, name in enumerate(("denied", "mistaken", "narrow", "bounded", "governed", "unasked"), 100)}
ROLE, CLOSED_ROLE, OUTSIDE_ROLE = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("app", "closed", "outside"))


def host_of(name, kind=""):
    return HOST.replace("orders.", f"{name}.{kind}")


@dataclass
class Seed:
    """One fault. `expect`: the codes of which one must come first. `change`: keywords of the connection string (None: not there);
    `env`: variables; `files`: text by path under the home; `words`: of the command; `server`: a script of OddServer's, with
    "pem" the name of a certificate; `alone`: called with the world before, while nobody else runs; `second`: must be among the
    causes."""

    kind: str
    title: str
    expect: str
    change: dict = field(default_factory=dict)
    env: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    words: tuple = ()
    server: dict | None = None
    alone: object = None
    second: str = ""
    conninfo: str | None = None
    says: str = ""
    faketime: str = ""
    needs_names: bool = False


class World:
    def __enter__(self):
        self.rds = Emulator(endpoints=[HOST], users=["app", "limited", "locked"], passwords={"plain": "canaryPlain", "Mixed": "canaryPx", "boss": "canaryPboss"},
                            keys=[RdsKey(KEY, SECRET)]).__enter__()  # fmt: skip
        self.rds.add_key(OTHER, OTHER_SECRET, allow="arn:aws:rds-db:*:*:dbuser:*/somebody_else")
        self.rds.add_key(TEMPORARY, TEMPORARY_SECRET, TOKEN)
        self.rds.admin_sql("ALTER ROLE locked NOLOGIN; ALTER ROLE limited CONNECTION LIMIT 0")
        self.rds.admin_sql("CREATE DATABASE closed")
        self.rds.admin_sql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
        keys = [Key(KEY, SECRET), Key(OTHER, OTHER_SECRET, arn=f"arn:aws:iam::{ACCOUNT}:user/other"),
                Key(TEMPORARY, TEMPORARY_SECRET, TOKEN, arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/ann"),
                Key(STALE, TEMPORARY_SECRET, TOKEN, expires_at=time.time() - 60)]  # fmt: skip
        self.aws = FakeAws(keys=keys, issued=lambda key: self.rds.add_key(key.id, key.secret, key.session_token)).__enter__()
        self.aws.sts.add_role(ROLE)
        self.aws.sts.add_role(CLOSED_ROLE, trusts=[])
        self.aws.sts.add_role(OUTSIDE_ROLE, external_id="canaryPid")
        self.fill_account()
        self.folder = self.rds._directory / "faults"
        self.folder.mkdir()
        self.pems = {"good": self.rds._directory / "odd.pem"}
        self.pems = self.certificates()
        self.servers = []
        self.odd = 0  # the odd server's port, of the seed whose command is made
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.close()
        self.aws.__exit__()
        self.rds.__exit__()

    def fill_account(self):
        """What the account has: databases by name, each with a fault or none, and what policies allow."""
        rds, port = self.aws.rds, self.rds.port

        def instance(name, address="", **facts):
            rds.add(Instance(name, address or host_of(name), **{"port": port, "resource_id": f"db-{name.upper()}0ABCDEFGHIJK"} | facts))

        for name in ("orders", "other", "locked"):
            instance(name)
        instance("long", port=5432)
        instance("off", iam=False)
        instance("pending", iam=False, pending_iam=True)
        instance("switching", status="configuring-iam-database-auth")
        for status in ("stopped", "starting", "storage-full"):
            instance(status, status=status)
        instance("moved", address="moved.zzzzzzzzzzzz.eu-west-1.rds.amazonaws.com")
        instance("port", port=6543)
        cluster = lambda name, **facts: rds.add(  # noqa: E731
            Cluster(name, host_of(name, "cluster-"), host_of(name, "cluster-ro-"), port=port, resource_id=f"cluster-{name.upper()}0ABCDEF", **facts))
        cluster("shop")
        cluster("dark", iam=False)
        cluster("asleep", status="stopped")
        instance("shop-1", cluster="shop", resource_id="db-SHOP1ABCDEFGHIJK")
        instance("dark-1", cluster="dark", iam=False)
        proxy = lambda name, id, **facts: rds.add(Proxy(name, host_of(name, "proxy-"), f"prx-{id}", **facts))  # noqa: E731
        proxy("orders", "00000000000000001")
        proxy("closed", "00000000000000002", auth=[(None, "DISABLED")])
        proxy("named", "00000000000000003", auth=[("somebody", "REQUIRED"), ("else", "REQUIRED")])
        proxy("half", "00000000000000004", auth=[("app", "DISABLED"), ("else", "REQUIRED")])
        proxy("frozen", "00000000000000005", status="suspended")
        proxy("open", "00000000000000006", default="IAM_AUTH", auth=[])
        for id, status in ((DSQL[:26], "ACTIVE"), ("deletingdeletingdeletingde", "DELETING"), ("failedfailedfailedfailedfa", "FAILED")):
            self.aws.dsql.clusters[id] = status
        iam = self.aws.iam.principals
        user, every = f"arn:aws:iam::{ACCOUNT}:user/", "arn:aws:rds-db:eu-west-1:*:dbuser:"
        iam[user + "ann"] = iam[f"arn:aws:iam::{ACCOUNT}:role/dev"] = iam[ROLE] = Principal()
        iam[user + "other"] = Principal((every + "*/somebody_else",))
        iam[user + "narrow"] = iam[user + "other"]
        iam[user + "denied"] = Principal(deny=(every + "*",))
        iam[user + "mistaken"] = Principal((every + "db-OTHER*", every + "db-SHOP1*"))
        iam[user + "bounded"] = Principal(boundary=False)
        iam[user + "governed"] = Principal(organization=False)
        iam[user + "unasked"] = Principal()
        for name, id in OTHERS.items():
            self.aws.keys[id] = Key(id, SECRET, arn=user + name)
            self.rds.add_key(id, SECRET, allow=())
        for service in (rds, self.aws.iam, self.aws.dsql):
            service.forbidden = {OTHERS["unasked"]}

    def certificates(self):
        make = lambda name, host=HOST, **more: certificate(self.folder, name, host, **more)  # noqa: E731
        return {
            "good": make("good", signed_by="ca"),
            "self-signed": make("self-signed"),
            "unknown": make("unknown", signed_by="ca"),
            "other-name": make("other-name", "db.internal.example", signed_by="ca"),
            "expired": make("expired", signed_by="ca", days=("20200101000000Z", "20240101000000Z")),
            "future": make("future", signed_by="ca", days=("20800101000000Z", "20990101000000Z")),
        }

    def ca(self, name):
        return self.pems[name].parent / "ca.pem"

    def serve(self, script):
        server = OddServer(self.pems[script.get("pem", "good")], script)
        self.servers.append(server)
        return server.port

    def fill(self, text):
        """Names of this world in a seed's text."""
        for name, value in {"{host}": HOST, "{odd}": self.odd, "{port}": self.rds.port, "{ca}": self.rds.ca_file, "{sts}": self.aws.url("sts"), "{home}": self.home,
                            "{portal}": self.aws.url("portal"), "{rds}": self.aws.url("rds"), "{imds}": self.aws.url("imds"), "{oidc}": self.aws.url("oidc"),
                            "{container}": self.aws.url("container")}.items():  # fmt: skip
            text = text.replace(name, str(value))
        return text

    def command(self, seed, home):
        self.home = home
        change = dict(seed.change)
        if seed.server is not None:
            pem = seed.server.get("pem", "good")
            own = {"sslrootcert": self.ca("good" if pem in ("unknown", "self-signed") else pem)}
            tunnel = seed.server == {"to": "rds"}
            script = {"to": self.rds.port} if tunnel else seed.server
            self.odd = self.serve(script)
            change = {"port": self.odd} | ({} if tunnel else own) | change
        change = {name: self.fill(value) if isinstance(value, str) else value for name, value in change.items()}
        conninfo = self.fill(seed.conninfo) if seed.conninfo is not None else self.rds.conninfo(**change)
        aws = self.aws.environment("sts", "portal", "oidc", "rds", "iam", "dsql")
        env = {
            "PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", "PGIAM_SIGNING_PORT": str(self.rds.port),
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, **aws,
        }  # fmt: skip
        if seed.faketime:
            env |= {"LD_PRELOAD": "/usr/$LIB/faketime/libfaketimeMT.so.1", "FAKETIME": seed.faketime, "NO_FAKE_STAT": "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}  # fmt: skip
        for name, value in seed.env.items():
            env.pop(name, None)
            if value is not None:
                env[name] = self.fill(value)
        for path, text in seed.files.items():
            file = home / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.fill(text))
            file.chmod(0o600)
        return [COMMAND, "doctor", "--json", *(self.fill(word) for word in seed.words), conninfo], env

    def run(self, seed, home):
        """What doctor said: (object or None, whole text)."""
        command, env = self.command(seed, home)
        ended = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, cwd=home)
        try:
            return json.loads(ended.stdout), ended.stdout + ended.stderr
        except ValueError:
            return None, ended.stdout + ended.stderr
