"""All services together: started, scripted, asked what they were sent."""

import ssl
import sys
import tempfile
import threading
import time
from pathlib import Path

from .container import Container
from .dsql import Dsql
from .http import Server
from .iam import Iam
from .identity_center import IdentityCenter
from .imds import Imds
from .keys import Key
from .rds import Rds
from .signin import Signin
from .sts import Sts
from .faults import Fault

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from rds_emulator import certificates  # noqa: E402

TLS_SERVICES = ("sts", "portal", "oidc", "signin", "rds", "iam", "dsql")
SERVICES = (*TLS_SERVICES, "container", "imds")
ENDPOINT_VARIABLES = {
    "sts": "AWS_ENDPOINT_URL_STS",
    "portal": "AWS_ENDPOINT_URL_SSO",
    "oidc": "AWS_ENDPOINT_URL_SSO_OIDC",
    "signin": "AWS_ENDPOINT_URL_SIGNIN",
    "rds": "AWS_ENDPOINT_URL_RDS",
    "iam": "AWS_ENDPOINT_URL_IAM",
    "dsql": "AWS_ENDPOINT_URL_DSQL",
    "imds": "AWS_EC2_METADATA_SERVICE_ENDPOINT",
}


class _Keys(dict):
    """Credentials by id; `added` hears of each new one."""

    def __init__(self, keys, added):
        super().__init__({key.id: key for key in keys})
        self._added = added

    def __setitem__(self, id, key):
        super().__setitem__(id, key)
        self._added(key)


class FakeAws:
    """A context manager. `keys`: the long-lived keys that STS knows from the start; `issued` is called with each
    temporary Key before a client gets it."""

    def __init__(self, keys=(Key("AKIDEXAMPLE", "secret"),), addresses=None, issued=lambda key: None):
        self._first_keys, self._issued = tuple(keys), issued
        self._addresses = addresses or {}  # service: (address, port), else loopback and a free port
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        """As just started: nothing sent, nothing scripted, no roles and sessions, the first keys, the right time."""
        with self._lock:
            self._records, self._faults, self._offset = [], [], 0.0
        self.keys = _Keys(self._first_keys, self._issued)
        self.sts = Sts(self.keys, self.now)
        self.identity_center = IdentityCenter(self.keys, self.now)
        self.signin = Signin(self.keys, self.now)
        self.container = Container(self.keys, self.now)
        self.imds = Imds(self.keys, self.now)
        self.rds = Rds(self.keys, self.now)
        self.iam = Iam(self.keys, self.now)
        self.dsql = Dsql(self.keys, self.now)

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="fake-aws-")
        folder = Path(self._folder.name)
        authority, certificate, key = certificates.create(folder, ["localhost"])
        self.ca = str(folder / "ca.pem")
        Path(self.ca).write_text(authority)
        (folder / "server.pem").write_text(certificate + key)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / "server.pem")
        answers = {
            "sts": lambda request: self.sts.answer(request),
            "portal": lambda request: self.identity_center.answer_portal(request),
            "oidc": lambda request: self.identity_center.answer_oidc(request),
            "signin": lambda request: self.signin.answer(request),
            "rds": lambda request: self.rds.answer(request),
            "iam": lambda request: self.iam.answer(request),
            "dsql": lambda request: self.dsql.answer(request),
            "container": lambda request: self.container.answer(request),
            "imds": lambda request: self.imds.answer(request),
        }
        self.servers = {
            service: Server(
                service,
                self._one_at_a_time(answer),
                self._next_fault,
                self._record,
                self.now,
                tls if service in TLS_SERVICES else None,
                *self._addresses.get(service, ()),
            )
            for service, answer in answers.items()
        }
        return self

    def __exit__(self, *_):
        for server in self.servers.values():
            server.stop()
        self._folder.cleanup()

    def now(self):
        """The services' time."""
        return time.time() + self._offset

    def set_clock(self, offset):
        """The services' clocks are `offset` seconds ahead of this machine's from now on."""
        self._offset = offset

    def url(self, service):
        return self.servers[service].url("127.0.0.1" if service in ("imds", "container") else "localhost")

    def environment(self, *services):
        """The variables that lead a client to these services (default: all but the container's)."""
        variables = {"AWS_CA_BUNDLE": self.ca, "AWS_REGION": "eu-west-1"}
        for service in services or ENDPOINT_VARIABLES:
            if service == "container":
                variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = self.url("container") + self.container.path
            else:
                variables[ENDPOINT_VARIABLES[service]] = self.url(service)
        if "AWS_EC2_METADATA_SERVICE_ENDPOINT" not in variables:
            variables["AWS_EC2_METADATA_DISABLED"] = "true"
        return variables

    def fault(self, service, kind, count=1, **details):
        """Scripts a Fault. Those for the same service happen one after the other."""
        if service not in SERVICES:
            raise ValueError(f"no service {service}; there are {', '.join(SERVICES)}")
        with self._lock:
            self._faults.append(Fault(service, kind, count, **details))

    def requests(self, service=None):
        """What was sent, in order."""
        with self._lock:
            return [request for request in self._records if service in (None, request.service)]

    def problems(self):
        """All that a client did wrong."""
        return [f"{request.service}: {problem}" for request in self.requests() for problem in request.problems]

    def clear(self):
        """Forgets requests and faults; keys, roles and sessions stay."""
        with self._lock:
            self._records.clear()
            self._faults.clear()

    def _record(self, request):
        with self._lock:
            self._records.append(request)

    def _next_fault(self, request):
        with self._lock:
            for fault in self._faults:
                if fault.concerns(request):
                    fault.count -= 1
                    return fault
        return None

    def _one_at_a_time(self, answer):
        lock = threading.Lock()

        def locked(request):
            with lock:
                return answer(request)

        return locked
