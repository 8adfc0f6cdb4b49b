"""The emulator: a server, its verifier, and what tests script on them."""

import hashlib
import json
import logging
import os
import secrets
import socketserver
import subprocess
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from . import certificates, control
from .clock import Clock, rfc3339
from .policy import Policy
from .postgres import Server, scratch_parent
from .verifier import MAX_AGE, Endpoint, Key, Refused, Token, claims, verify

DEFAULT_ENDPOINT = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"

# pytest shows with a test that failed what was refused in it; nobody else hears it.
_log = logging.getLogger("rds_emulator")
_log.addHandler(logging.NullHandler())

# A client may go by the kernel's coarse clock, which is so far behind at most.
_TICK = 0.011

# Reads until the emulator has closed the pipe, be it by dying; then nothing of it stays. The server removes its
# pid file when it has ended.
_KEEPER = """
read -r _
pid_file=$1/server/data/postmaster.pid
for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 last; do
  pid=$(head -n 1 "$pid_file" 2>/dev/null) || break
  if [ "$turn" = last ]; then kill -KILL "$pid"; else kill -QUIT "$pid" || break; fi
  sleep 0.2
done
rm -rf "$1"
"""


class Emulator:
    """An emulated RDS instance, or several that share a port on different addresses.

    endpoints: names or Endpoint objects. users: names of roles that log in with tokens. passwords: {name:
    password} of ordinary roles. keys: Key objects; None = one made up. tls: False = a server that would take
    tokens in clear text, to see whether a client sends them (each is refused). force_ssl: as rds.force_ssl.
    log_file: where to append the log of attempts (JSON lines); None = in the emulator's own directory.
    port: None = a free one.

    Use it as a context manager, or call start() and stop(). All methods may be called from any thread.
    """

    def __init__(
        self,
        endpoints=(DEFAULT_ENDPOINT,),
        users=("app_user",),
        passwords=None,
        keys=None,
        tls=True,
        force_ssl=True,
        log_file=None,
        port=None,
    ):
        self.endpoints = tuple(e if isinstance(e, Endpoint) else Endpoint(e) for e in endpoints)
        self.tls = tls
        self.force_ssl = force_ssl
        self._roles = {**{name: None for name in users}, **(passwords or {})}
        self._keys = {key.id: key for key in (_made_up_key(),) if keys is None}
        self._keys.update({key.id: key for key in keys or ()})
        self._log_file = Path(log_file).absolute() if log_file else None
        self._port = port
        self._attempts = []
        self._refusals = []
        self._delay = 0.0
        self._max_age = MAX_AGE
        self._signed_since = 0
        self._clock = Clock()
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._directory = self._server = self._keeper = None
        self._listeners = []

    # Life

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()

    def start(self):
        self._directory = Path(_temporary_directory())
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "rds-emulator-keeper", self._directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin"},
            start_new_session=True,
        )
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        """Ends everything and removes the emulator's directory. Does nothing the second time."""
        if self._keeper is None:
            return
        self._stopping.set()
        for listener in self._listeners:
            listener.shutdown()
            listener.server_close()
        if self._server is not None:
            self._server.stop()
        self._keeper.stdin.close()
        self._keeper.wait()
        self._keeper = None

    def restart(self):
        """Stops the server at once, as a failover does, and starts it on the same port."""
        with self._lock:
            self._server.stop()
            self._server.start()

    # What it is

    @property
    def port(self):
        return self._server.port

    @property
    def host(self):
        """The first endpoint's name."""
        return self.endpoints[0].name

    @property
    def ca_file(self):
        return str(self._directory / "ca.pem")

    @property
    def hosts_file(self):
        """A hosts file of the endpoints, for nss_wrapper (NSS_WRAPPER_HOSTS)."""
        return str(self._directory / "hosts")

    @property
    def log_file(self):
        return str(self._log_file)

    @property
    def control_socket(self):
        return str(self._directory / "control")

    @property
    def keys(self):
        return dict(self._keys)

    def conninfo(self, user=None, endpoint=None, **more):
        """A libpq connection string without password; `more` adds or replaces keywords, None removes one."""
        chosen = next(e for e in self.endpoints if endpoint in (None, e.name))
        keywords = {
            "host": chosen.name,
            "hostaddr": chosen.address,
            "port": self.port,
            "user": user or next(iter(self._roles)),
            "dbname": "postgres",
            "sslmode": "verify-full" if self.tls else "prefer",
            "sslrootcert": self.ca_file if self.tls else None,
        }
        keywords.update(more)
        return " ".join(f"{name}={_quote(value)}" for name, value in keywords.items() if value is not None)

    def environment(self):
        """The variables that describe it to a program; with the first key's credentials."""
        endpoint = self.endpoints[0]
        return {
            "RDS_HOST": endpoint.name,
            "RDS_HOSTADDR": endpoint.address,
            "RDS_PORT": str(self.port),
            "RDS_REGION": endpoint.region,
            "RDS_USER": next(iter(self._roles), ""),
            "RDS_DATABASE": "postgres",
            "RDS_CA": self.ca_file,
            "RDS_HOSTS": self.hosts_file,
            "RDS_LOG": self.log_file,
            "RDS_CONTROL": self.control_socket,
            **self.credentials(),
        }

    def credentials(self):
        """The first key's, as AWS's own variables."""
        key = next(iter(self._keys.values()), None)
        if key is None:
            return {}
        variables = {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}
        if key.session_token:
            variables["AWS_SESSION_TOKEN"] = key.session_token
        return variables

    # Keys and users

    def add_key(
        self, id, secret, session_token=None, expires_at=None, lifetime=None, allow=("*",), policy=None
    ):
        """Adds or replaces a key. expires_at: epoch seconds; or lifetime: seconds from now. allow: ARN patterns,
        or a single one; or policy: an IAM policy, as a dictionary or JSON text."""
        allow = (allow,) if isinstance(allow, str) else tuple(allow)
        with self._lock:
            if lifetime is not None:
                expires_at = self._clock.now() + lifetime
            policy = None if policy is None else Policy(policy)
            self._keys[id] = Key(id, secret, session_token, expires_at, allow, policy)

    def expire_key(self, id):
        """The key's own end comes now: its tokens are refused as ExpiredToken."""
        with self._lock:
            key = self._keys[id]
            self._keys[id] = replace(key, expires_at=self._clock.now())

    def revoke_key(self, id):
        """The key is unknown from now on."""
        with self._lock:
            del self._keys[id]

    def add_user(self, name, password=None):
        """Creates a role of any name: one that logs in with tokens or, with a password, an ordinary one."""
        options = f"PASSWORD {_literal(password)}" if password is not None else "IN ROLE rds_iam"
        self._server.sql(f"CREATE ROLE {_identifier(name)} LOGIN {options};")
        self._roles[name] = password

    # What happens to attempts

    def refuse_next(self, count=1, reason="ThrottlingException"):
        """Refuses the next `count` attempts, whatever their token, giving `reason` in the log; 0: no more of them."""
        with self._lock:
            self._refusals = self._refusals + [reason] * count if count else []

    def set_delay(self, seconds):
        """Each answer takes this long from now on."""
        self._delay = float(seconds)

    def set_language(self, language=None):
        """What the server says to clients is in this language ("de", "zh_CN") from now on; None: English.
        connections() counts in English only."""
        self._server.set_language(language)

    def set_max_token_age(self, seconds=MAX_AGE):
        """How long a token is good (RDS: 900 s)."""
        self._max_age = seconds

    def expire_tokens(self):
        """What was signed so far is too old from now on, what is signed from now on is not, however slow its bearer.
        A token tells whole seconds only: returns when the next one has begun."""
        since = int(self.now()) + 1
        while self.now() < since + _TICK:
            time.sleep(0.01)
        self._signed_since = since

    def revive_tokens(self):
        """Takes expire_tokens() back."""
        self._signed_since = 0

    def set_clock(self, start=None, rate=1.0, origin=None):
        """The verifier's clock shows `start` (None: now) at the real time `origin` (None: now) and runs `rate`
        times as fast; 0 stops it. Both in epoch seconds."""
        now = time.time()
        self._clock = Clock(now if start is None else start, now if origin is None else origin, rate)

    def now(self):
        """The verifier's time, epoch seconds."""
        return self._clock.now()

    def attempts(self):
        """The log of attempts: a list of dictionaries, oldest first."""
        with self._lock:
            return list(self._attempts)

    def clear_attempts(self):
        """Forgets the attempts so far (the file keeps them)."""
        with self._lock:
            self._attempts.clear()

    def connections(self):
        """How many TCP connections the server has accepted, with or without an attempt to log in."""
        return self._server.connections()

    def kill_backends(self, user=None):
        """Terminates the sessions of `user`, or all; returns how many."""
        which = f"usename = {_literal(user)}" if user is not None else "pid <> pg_backend_pid()"
        return int(
            self._server.sql(
                "SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity"
                f" WHERE backend_type = 'client backend' AND {which};"
            )
        )

    def admin_sql(self, sql, database="postgres"):
        """Runs SQL as superuser; returns what `psql -At` prints."""
        return self._server.sql(sql, database)

    # Inside

    def _start(self):
        self._log_file = self._log_file or self._directory / "attempts.jsonl"
        self._log_file.touch()
        hosts = "".join(f"{endpoint.address} {endpoint.name}\n" for endpoint in self.endpoints)
        (self._directory / "hosts").write_text(hosts)
        with tempfile.TemporaryDirectory(dir=self._directory) as scratch:
            names = [endpoint.name for endpoint in self.endpoints]
            authority, certificate, private_key = certificates.create(scratch, names)
        (self._directory / "ca.pem").write_text(authority)
        addresses = dict.fromkeys(endpoint.address for endpoint in self.endpoints)
        self._server = Server(self._directory, addresses, self._port, self.tls, self.force_ssl)
        self._server.create(certificate, private_key)
        self._listen(self._server.verifier_socket, self._answer)
        self._server.give(self._server.verifier_socket)
        self._listen(self._directory / "control", lambda stream: control.serve(self, stream))
        self._server.start()
        self._server.sql("CREATE ROLE rds_iam;")
        for name, password in self._roles.items():
            self.add_user(name, password)

    def _listen(self, path, answer):
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                try:
                    answer(self)
                except BrokenPipeError:
                    pass  # whoever asked was killed meanwhile

        listener = _Listener(str(path), Handler)
        path.chmod(0o600)
        self._listeners.append(listener)
        threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _answer(self, stream):
        """One question of the PAM module; see pam_rds.c for its form."""
        user, peer, dialled, token = stream.rfile.read().split(b"\0", 3)
        if self._stopping.wait(self._delay):
            return
        accepted = self._judge(user.decode(errors="replace"), peer.decode(), dialled.decode(), token)
        stream.wfile.write(b"+" if accepted else b"-")

    def _judge(self, user, peer, dialled, token):
        with self._lock:
            now = self._clock.now()
            attempt = {
                "time": rfc3339(now),
                "real_time": rfc3339(time.time()),
                "user": user,
                "peer": peer,
                "address": dialled,
                "tls": self.tls,
                "token_length": len(token),
                "token_sha256": hashlib.sha256(token).hexdigest(),
            }
            try:
                self._check(token, user, dialled, now, attempt)
                attempt["verdict"] = "accepted"
            except Refused as refusal:
                attempt |= {"verdict": "refused", "reason": refusal.reason}
                attempt |= {"check": refusal.check, "detail": refusal.detail}
                _log.warning("refused %s: %s, %s", user, refusal.check, refusal.detail)
            self._attempts.append(attempt)
            with open(self._log_file, "a", encoding="utf-8") as log:
                log.write(json.dumps(attempt, ensure_ascii=False) + "\n")
            return attempt["verdict"] == "accepted"

    def _check(self, password, user, dialled, now, attempt):
        text = password.decode(errors="replace")
        attempt |= claims(text)
        if self._refusals:
            raise Refused(self._refusals.pop(0), "scripted", "this refusal was asked for")
        if not self.tls:
            raise Refused("InvalidToken", "tls", "the token came in clear text")
        endpoints = [endpoint for endpoint in self.endpoints if endpoint.address == dialled]
        max_age = min(self._max_age, now - self._signed_since)
        verify(Token(text), user, endpoints, self.port, self._keys, now, max_age)


class _Listener(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512


def _temporary_directory():
    """Passable, so that a server that runs as another user gets to its own part. Short enough for sockets."""
    directory = tempfile.mkdtemp(prefix="rds-", dir=scratch_parent())
    os.chmod(directory, 0o711)
    return directory


def _made_up_key():
    return Key("AKIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30))


def _identifier(name):
    return '"' + name.replace('"', '""') + '"'


def _literal(text):
    return "'" + text.replace("'", "''") + "'"


def _quote(value):
    text = str(value)
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
