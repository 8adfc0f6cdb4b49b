"""A PostgreSQL server in a directory of its own, set up as RDS sets its servers up."""

import fcntl
import hashlib
import os
import pwd
import random
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ADMIN = "rdsadmin"
PAM_SERVICE = "rds"
_HERE = Path(__file__).resolve().parent
_START_TIMEOUT = 300  # seconds; they pass faster where the caller runs under faketime

# A locale of another name made of it speaks the language of that name: of the rest a server needs nothing.
_UTF8_LOCALE = "/usr/lib/locale/C.utf8"

_PLENTY = 1 << 30  # bytes; a cluster takes 30 MB

_SETTINGS = {
    # Nothing here is worth keeping: start and stop fast.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "16MB",
    "max_connections": "300",
    # No need of /dev/shm, which a bare chroot lacks.
    "dynamic_shared_memory_type": "mmap",
    "log_connections": "on",
    "log_line_prefix": "%m [%p] ",
    "password_encryption": "scram-sha-256",
    "ssl_cert_file": "server.crt",
    "ssl_key_file": "server.key",
    "unix_socket_directories": "..",
}


class Server:
    """The server below `directory` (made by the caller, passable for other users). `addresses`, `port`: where to
    listen; port None = a free one.

    PostgreSQL refuses to run as root; there it runs as `postgres`, else as `nobody`."""

    def __init__(self, directory, addresses, port, tls, force_ssl):
        self.addresses = list(addresses)
        self.tls = tls
        self.force_ssl = force_ssl
        self.port = port
        self.home = Path(directory) / "server"
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.verifier_socket = self.home / "verifier"
        self._locales = self.home / "locales"
        self._bin = find_binaries()
        self._user = _unprivileged_user()
        self._process = None

    def create(self, certificate, private_key):
        """Lays out the data directory and what belongs to it."""
        module, template = _prepare(self._bin, self._user)
        line = f"required {self.home}/pam_rds.so {self.verifier_socket}\n"
        for directory in (self.home, self.home / "pam", self._locales):
            directory.mkdir(mode=0o700)
            self.give(directory)
        (self._locales / "C.UTF-8").symlink_to(_UTF8_LOCALE)
        with open(template, "rb") as archive:
            self._run(["tar", "-x", "-C", self.home], stdin=archive)
        self._write(self.home / "pam_rds.so", module.read_bytes())
        self._write(self.home / "pam" / PAM_SERVICE, f"auth {line}account {line}".encode())
        self._write(self.data / "server.crt", certificate.encode())
        self._write(self.data / "server.key", private_key.encode())
        self._write(self.data / "pg_hba.conf", self._hba().encode())

    def start(self):
        """Starts it on the port it had, or on a free one; returns when it accepts connections."""
        if self.port is not None:
            return self._start()
        for attempt in range(20):
            self.port = _free_port(self.addresses)
            try:
                return self._start()
            except AddressInUse:
                if attempt == 19:
                    raise

    def stop(self):
        """Stops it at once; its clients see the connection break."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def sql(self, text, database="postgres"):
        """Runs SQL as the superuser; returns what `psql -At` prints."""
        arguments = ["-h", self.home, "-p", str(self.port), "-U", ADMIN, "-d", database]
        psql = [self._bin / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *arguments]
        return _checked(psql, input=text, env=_clean_environment()).stdout.rstrip("\n")

    def set_language(self, language):
        """What lc_messages does; None: English. Needs the server's translations (/usr/share/locale), and no locale."""
        locale = "C" if language is None else f"{language}.UTF-8"
        if language is not None and not (self._locales / locale).exists():
            (self._locales / locale).symlink_to(_UTF8_LOCALE)
        self.sql(f"ALTER SYSTEM SET lc_messages = '{locale}';")
        self.sql("SELECT pg_reload_conf();")
        deadline = time.monotonic() + _START_TIMEOUT
        while self.sql("SHOW lc_messages;") != locale:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server does not take the language {language}: {self.log.read_text()[-2000:]}")
            time.sleep(0.01)

    def connections(self):
        """How many clients have connected over TCP, whatever became of them."""
        lines = self.log.read_text(errors="replace").splitlines()
        return sum("connection received: host=" in line and "host=[local]" not in line for line in lines)

    def give(self, path):
        """Makes a file the server's own."""
        if self._user:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _hba(self):
        iam = f"all +rds_iam all pam pamservice={PAM_SERVICE}"
        if self.tls:
            rules = [f"hostssl {iam}", "hostnossl all +rds_iam all reject"]
        else:
            rules = [f"host {iam}"]
        others = "hostssl" if self.tls and self.force_ssl else "host"
        return "\n".join([f"local all {ADMIN} trust", *rules, f"{others} all all all scram-sha-256", ""])

    def _start(self):
        settings = {
            **_SETTINGS,
            "port": self.port,
            "listen_addresses": ",".join(self.addresses),
            "ssl": "on" if self.tls else "off",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        environment = _clean_environment() | {
            "LD_PRELOAD": str(self.home / "pam_rds.so"),
            "RDS_EMULATOR_PAM_DIR": str(self.home / "pam"),
            "LOCPATH": str(self._locales),
        }
        with open(self.log, "ab") as log:
            before = log.tell()
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.data, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=self.home,
                start_new_session=True,
                **self._credentials(),
            )
        self._wait_until_ready(before)

    def _wait_until_ready(self, log_start):
        deadline = time.monotonic() + _START_TIMEOUT
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                break
            time.sleep(0.01)
        ready = self._is_ready()
        said = self._logged_since(log_start)
        # With several addresses the server is content with one of them: we are not.
        if ready and "could not bind" not in said:
            return
        self.stop()
        kind = AddressInUse if "could not bind" in said else RuntimeError
        raise kind(f"PostgreSQL did not start on {self.addresses}, port {self.port}:\n{said}")

    def _is_ready(self):
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def _logged_since(self, start):
        with open(self.log, "rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")

    def _write(self, path, content):
        path.touch(mode=0o600)
        path.write_bytes(content)
        self.give(path)

    def _run(self, command, **options):
        return _checked(command, env=_clean_environment(), cwd=self.home, **options, **self._credentials())

    def _credentials(self):
        return _credentials(self._user)


class AddressInUse(RuntimeError):
    pass


def find_binaries():
    """The newest installed server's directory of programs; $RDS_EMULATOR_PG_BIN chooses another."""
    chosen = os.environ.get("RDS_EMULATOR_PG_BIN")
    if chosen:
        return Path(chosen)
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if not found:
        raise RuntimeError("no PostgreSQL server found: apt-get install postgresql, or set RDS_EMULATOR_PG_BIN")
    return max(found, key=lambda path: float(path.parent.name))


def scratch_parent():
    """Where to make temporary directories: in memory if there is plenty, as a cluster is a thousand files; else as
    usual (None), but in /tmp if the server, as another user, might not get there, or if sockets' names would be
    too long."""
    if os.access("/dev/shm", os.W_OK):
        memory = os.statvfs("/dev/shm")
        if memory.f_bavail * memory.f_frsize > _PLENTY and not memory.f_flag & os.ST_NOEXEC:
            return "/dev/shm"
    usual = tempfile.gettempdir()
    return "/tmp" if os.getuid() == 0 or len(usual) > 50 else None


def _prepare(binaries, user):
    """The PAM module and an archive of a fresh cluster, each made once per version and kept."""
    source = _HERE / "pam_rds.c"
    version = _checked([binaries / "postgres", "--version"]).stdout
    recipe = source.read_bytes() + Path(__file__).read_bytes() + f"{version} {os.uname().machine}".encode()
    cache = _cache_directory() / hashlib.sha256(recipe).hexdigest()[:16]
    cache.mkdir(exist_ok=True)
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        module, template = cache / "pam_rds.so", cache / "cluster.tar"
        if not module.exists():
            _build(source, module)
        if not template.exists():
            _initialise(binaries, user, template)
    return module, template


def _cache_directory():
    for path in (_HERE.parent / ".cache", Path(f"/var/tmp/rds-emulator-{os.getuid()}")):
        try:
            path.mkdir(exist_ok=True)
        except OSError:
            continue
        if os.access(path, os.W_OK) and path.stat().st_uid == os.getuid():
            return path
    raise RuntimeError(f"neither {_HERE.parent} nor /var/tmp can be written: no place for the emulator's cache")


def _build(source, module):
    new = module.with_suffix(".new")
    compiler = os.environ.get("CC", "cc")
    _checked([compiler, "-std=c99", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", source, "-lpam", "-o", new])
    new.rename(module)


def _initialise(binaries, user, template):
    with tempfile.TemporaryDirectory(prefix="rds-", dir=scratch_parent()) as scratch:
        if user:
            os.chown(scratch, user.pw_uid, user.pw_gid)
        options = ["-A", "trust", "-E", "UTF8", "--locale=C", "--wal-segsize=1", "--no-sync"]
        command = [binaries / "initdb", "-D", f"{scratch}/data", "-U", ADMIN, *options]
        _checked(command, env=_clean_environment(), cwd=scratch, **_credentials(user))
        new = template.with_suffix(".new")
        _checked(["tar", "-c", "-C", scratch, "-f", new, "data"])
        new.rename(template)


def _unprivileged_user():
    """The account to run the server as; None: as we are."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def _credentials(user):
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def _clean_environment():
    """Nothing of the caller's preloads, fake clocks or PG* settings reaches the server and its tools."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def _free_port(addresses):
    """Below the range that the kernel gives to outgoing connections, so that none of them takes it first."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        if all(_can_bind(address, port) for address in addresses):
            return port


def _can_bind(address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == 98:
                return False
            raise RuntimeError(f"cannot listen on {address}: {error.strerror}") from None
        return True


def _checked(command, **options):
    """subprocess.run whose failure tells what the command said."""
    if "stdin" not in options and "input" not in options:
        options["stdin"] = subprocess.DEVNULL
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise RuntimeError(f"{Path(command[0]).name} failed (exit {done.returncode}): {said}")
    return done
