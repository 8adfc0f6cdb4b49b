"""pgiam ca: the bundle that RDS's servers are verified with, what it shows, what it installs, and what follows from that."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
from conftest import COMMAND, CONNINFO, HOOK, HOST, LIBRARY
from programs import psql
from rds_emulator import certificates

AMAZON = "truststore.pki.rds.amazonaws.com"
UNVERIFIED = {"sslmode": None, "sslrootcert": None}


@pytest.fixture
def environment(environment, rds):
    """Credentials that the emulated instance knows; its port is known to be the endpoint's own."""
    return environment | rds.credentials() | {"PGIAM_SIGNING_PORT": str(rds.port)}


@pytest.fixture
def bundle(home):
    return home / ".local/share/pgiam/rds-ca.pem"


@pytest.fixture
def carried(pgiam):
    """The files that the package carries: RDS's own roots, and those of proxies."""
    told = json.loads(pgiam("ca", "show", "--json").stdout)
    files = [file for kind in told["ca"][0]["kinds"] for file in kind["files"]]
    assert [file["installed"] for file in files] == [False, False]
    return [Path(file["path"]) for file in files]


def explain(pgiam, *words, **variables):
    return json.loads(pgiam("explain", "--json", *words, **variables).stdout)


def logs_in(ended):
    return (ended.returncode, ended.stdout) == (0, "app_user\n")


# ---- show


def test_what_the_package_carries_is_shown_with_fingerprints_and_dates(pgiam):
    ended = pgiam("ca", "show", "--region", "eu-west-1")
    assert ended.returncode == 0
    assert "Amazon RDS eu-west-1 Root CA RSA2048 G1" in ended.stdout and "Amazon Root CA 1" in ended.stdout
    assert "us-east-1" not in ended.stdout and "carried by the package" in ended.stdout
    assert ended.stdout.count("SHA-256 ") == 3 + 5
    assert "none is installed" in ended.stderr


def test_an_installed_bundle_is_shown_first_and_what_is_not_known_of_it(pgiam, rds, bundle):
    pgiam("ca", "install", "--from", rds.ca_file)
    ended = pgiam("ca", "show")
    assert ended.stdout.startswith(f"{bundle}: installed\n  RDS emulator CA\n    from 2000-01-01 until 2099-12-31, not known here\n")


# ---- install


def test_what_is_carried_is_installed_for_all_to_read(pgiam, bundle, carried):
    ended = pgiam("ca", "install")
    assert ended.returncode == 0, ended.stderr
    assert f"installed {bundle}: 87 certificate authorities, the first ends on 2061-" in ended.stdout
    assert "tls = require" in ended.stderr and f"rm {bundle}" in ended.stderr
    assert bundle.stat().st_mode & 0o777 == 0o644
    assert pem_of(bundle) == pem_of(carried[0])
    assert pem_of(bundle.with_name("rds-proxy-ca.pem")) == pem_of(carried[0]) + pem_of(carried[1])
    assert [file.name for file in sorted(bundle.parent.iterdir())] == ["rds-ca.pem", "rds-proxy-ca.pem"]


def pem_of(file):
    return [block.split("-----END")[0] for block in file.read_text().split("-----BEGIN CERTIFICATE-----")[1:]]


def test_a_region_alone_can_be_installed(pgiam, bundle):
    ended = pgiam("ca", "install", "--region", "eu-west-1")
    assert "3 certificate authorities" in ended.stdout
    assert explain(pgiam, CONNINFO)["tls"] == "verify-full"
    assert explain(pgiam, f"host={HOST.replace('eu-west-1', 'us-east-1')} user=app")["tls"] == "require"
    unknown = pgiam("ca", "install", "--region", "mars-north-1")
    assert unknown.returncode == 2 and "of mars-north-1" in unknown.stderr and "--from FILE" in unknown.stderr


def test_a_persons_own_file_is_taken_and_each_of_it_is_shown(pgiam, rds, bundle):
    ended = pgiam("ca", "install", "--from", rds.ca_file)
    assert ended.returncode == 0, ended.stderr
    assert "1 certificate authority" in ended.stdout
    assert "RDS emulator CA, until 2099-12-31, SHA-256 " in ended.stdout and ended.stdout.endswith("not known here\n")
    assert pem_of(bundle) == pem_of(Path(rds.ca_file))


@pytest.mark.parametrize("text", ["", "<html>404</html>", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_holds_no_certificate_is_not_installed(text, pgiam, tmp_path, bundle):
    (file := tmp_path / "ca.pem").write_text(text)
    ended = pgiam("ca", "install", "--from", file)
    assert ended.returncode == 2 and "certificate" in ended.stderr
    assert not bundle.exists()


def test_a_file_that_is_there_stays_where_the_next_cannot_be_used(pgiam, rds, bundle):
    pgiam("ca", "install", "--from", rds.ca_file)
    before = bundle.read_text()
    assert pgiam("ca", "install", "--from", "/nonexistent.pem").returncode == 2
    assert bundle.read_text() == before


@pytest.mark.parametrize("words", [["install", "--from", "x", "--fetch"], ["remove"], []])
def test_what_makes_no_sense_is_a_usage_error(words, pgiam):
    ended = pgiam("ca", *words)
    assert ended.returncode == 2 and ended.stderr.startswith("pgiam: ")


# ---- what follows


def test_verify_full_is_the_default_once_it_is_installed(pgiam, rds):
    before = explain(pgiam, CONNINFO)
    assert (before["tls"], before["sslmode"], before["sslrootcert"]) == ("require", "require", None)
    assert logs_in(pgiam("exec", "--", *psql(rds.conninfo(**UNVERIFIED))))
    pgiam("ca", "install")
    told = explain(pgiam, CONNINFO)
    assert (told["tls"], told["sslmode"], told["sslmode_from"]) == ("verify-full", "verify-full", "installed_ca")
    sheet = pgiam("explain", CONNINFO).stdout
    assert "since a CA bundle is installed" in sheet and "back: tls = require" in sheet
    refused = pgiam("exec", "--", *psql(rds.conninfo(**UNVERIFIED)))
    assert refused.returncode == 2 and "certificate verify failed" in refused.stderr, "Amazon's do not sign here"
    assert logs_in(pgiam("exec", "--tls", "require", "--", *psql(rds.conninfo(**UNVERIFIED))))
    pgiam("ca", "install", "--from", rds.ca_file)
    assert logs_in(pgiam("exec", "--", *psql(rds.conninfo(**UNVERIFIED))))
    assert logs_in(pgiam("exec", "--", *psql(rds.conninfo(sslrootcert=None)))), "verify-full in so many words"


def test_verify_full_holds_through_a_tunnel(pgiam, rds, rules):
    pgiam("ca", "install", "--from", rds.ca_file)
    rules(f"[connection tunnel]\nhost = localhost\nsigning_host = {rds.host}\n")
    tunnel = rds.conninfo(host="localhost", hostaddr=None, **UNVERIFIED)
    told = explain(pgiam, tunnel, "--resolve")
    assert told["sslmode"] == "verify-full"
    assert set(told["dial_host"].split(",")) == {rds.host}  # localhost may have two addresses
    assert logs_in(pgiam("exec", "--", *psql(tunnel)))
    pgiam("ca", "install")
    assert "certificate verify failed" in pgiam("exec", "--", *psql(tunnel)).stderr


def test_rds_names_it_wherever_a_ca_can_be_named(pgiam, rds, home, rules):
    pgiam("ca", "install", "--from", rds.ca_file)
    (home / ".pg_service.conf").write_text("[orders]\n" + rds.conninfo(sslrootcert="rds").replace(" ", "\n").replace("'", "") + "\n")
    assert logs_in(pgiam("exec", "--", *psql(rds.conninfo(sslrootcert="rds"))))
    assert logs_in(pgiam("exec", "--", *psql("service=orders")))
    assert logs_in(pgiam("exec", "--sslrootcert", "rds", "--", *psql(rds.conninfo(sslrootcert=None))))
    for variable in ("PGSSLROOTCERT", "PGIAM_SSLROOTCERT"):
        assert logs_in(pgiam("exec", "--", *psql(rds.conninfo(**UNVERIFIED)), **{variable: "rds"})), variable
    rules("[defaults]\nsslrootcert = rds\n")
    assert logs_in(pgiam("exec", "--", *psql(rds.conninfo(**UNVERIFIED))))


def test_rds_names_what_is_carried_where_nothing_is_installed(pgiam, rds, carried):
    told = explain(pgiam, CONNINFO, "--sslrootcert", "rds")
    assert (told["sslmode"], told["sslrootcert"], told["sslrootcert_from"]) == ("verify-full", str(carried[0]), "option")
    refused = pgiam("exec", "--", *psql(rds.conninfo(sslrootcert="rds")))
    assert "certificate verify failed" in refused.stderr
    proxy = HOST.replace("orders.", "orders.proxy-")
    assert explain(pgiam, f"host={proxy} user=app sslrootcert=rds")["sslrootcert"] == str(carried[1])


def test_a_bundle_that_anybody_may_write_to_is_not_used(pgiam, bundle):
    pgiam("ca", "install")
    bundle.chmod(0o666)
    told = explain(pgiam, CONNINFO)
    assert "anybody may write to it" in told["error"]["message"]


def test_an_end_that_is_near_is_told(pgiam, bundle):
    pgiam("ca", "install", "--region", "eu-west-1")
    bundle.write_text(bundle.read_text().replace(" 2061-", " 2001-"))
    assert [finding["code"] for finding in explain(pgiam, CONNINFO)["findings"]] == ["ca_ends"]
    assert "(ended)" in pgiam("ca", "show").stdout


def test_it_is_found_beside_the_library_wherever_that_lies(pgiam, tmp_path, carried, home):
    prefix = tmp_path / "opt"
    for source, target in ((COMMAND, "bin"), (LIBRARY, "lib"), (HOOK, "lib"), *((file, "share/pgiam") for file in carried)):
        (prefix / target).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, prefix / target)
    (prefix / "lib/libpgiam.so.1").symlink_to(Path(LIBRARY).name)
    shutil.copytree(Path(LIBRARY).parent / "pgiam", prefix / "lib/pgiam", symlinks=True)
    moved = {"command": prefix / "bin/pgiam", "LD_LIBRARY_PATH": str(prefix / "lib")}
    told = json.loads(pgiam("explain", "--json", CONNINFO, "--sslrootcert", "rds", **moved).stdout)
    assert told["sslrootcert"] == str(prefix / "share/pgiam/rds-roots.pem")
    ended = pgiam("ca", "install", **moved)
    as_root = os.geteuid() == 0
    installed = (prefix / "share/pgiam" if as_root else home / ".local/share/pgiam") / "rds-ca.pem"
    assert f"installed {installed}:" in ended.stdout, ended.stderr
    assert json.loads(pgiam("explain", "--json", CONNINFO, **moved).stdout)["sslrootcert"] == str(installed)


# ---- fetch


class Amazon:
    """A proxy, behind which is a server with Amazon's name and a certificate of ours."""

    def __init__(self, folder):
        self.asked, self.pages = [], {}
        folder.mkdir()
        ca, certificate, key = certificates.create(folder, [AMAZON])
        (folder / "ca.pem").write_text(ca)
        (folder / "server.pem").write_text(certificate + key)
        self.ca = str(folder / "ca.pem")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "server.pem")
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def variables(self):
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self.listener.getsockname()[1]}", "AWS_CA_BUNDLE": self.ca}

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            try:
                self.answer(connection)
            except OSError:
                pass

    def answer(self, connection):
        target = read_head(connection).split()[1]
        self.asked.append(target)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with self.context.wrap_socket(connection, server_side=True) as inside:
            path = read_head(inside).split()[1]
            self.asked.append(path)
            page = self.pages.get(path)
            status, body = ("200 OK", page.encode()) if page is not None else ("404 Not Found", b"")
            inside.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        if not (got := connection.recv(4096)):
            raise OSError("the end")
        head += got
    return head.decode()


@pytest.fixture
def amazon(tmp_path):
    amazon = Amazon(tmp_path / "amazon")
    yield amazon
    amazon.listener.close()


GLOBAL, OF_REGION = "/global/global-bundle.pem", "/eu-west-1/eu-west-1-bundle.pem"


def test_amazon_s_address_is_asked_only_when_told(pgiam, amazon):
    pgiam("ca", "show", **amazon.variables)
    pgiam("ca", "install", **amazon.variables)
    explain(pgiam, CONNINFO, **amazon.variables)
    assert amazon.asked == []


def test_what_is_fetched_and_known_is_installed(pgiam, amazon, carried, bundle, rds):
    amazon.pages[GLOBAL] = carried[0].read_text() + Path(rds.ca_file).read_text()
    ended = pgiam("ca", "install", "--fetch", **amazon.variables)
    assert ended.returncode == 0, ended.stderr
    assert amazon.asked == [f"{AMAZON}:443", GLOBAL]
    assert pem_of(bundle) == pem_of(carried[0])
    assert "does not know it: RDS emulator CA" in ended.stderr and "--from FILE" in ended.stderr


def test_a_region_has_an_address_of_its_own(pgiam, amazon, carried, bundle):
    amazon.pages[OF_REGION] = carried[0].read_text()
    ended = pgiam("ca", "install", "--fetch", "--region", "eu-west-1", **amazon.variables)
    assert "3 certificate authorities" in ended.stdout and amazon.asked[1] == OF_REGION


def test_what_is_fetched_and_not_known_is_not_installed(pgiam, amazon, bundle, rds):
    amazon.pages[GLOBAL] = Path(rds.ca_file).read_text()
    ended = pgiam("ca", "install", "--fetch", **amazon.variables)
    assert ended.returncode == 2 and not bundle.exists()
    assert "RDS emulator CA" in ended.stderr and "pgiam ca install --from FILE" in ended.stderr


def test_what_nobody_verified_is_not_taken(pgiam, amazon, carried, bundle):
    amazon.pages[GLOBAL] = carried[0].read_text()
    ended = pgiam("ca", "install", "--fetch", **amazon.variables | {"AWS_CA_BUNDLE": None})
    assert ended.returncode == 5 and not bundle.exists() and GLOBAL not in amazon.asked


def test_an_address_that_has_nothing_is_an_error_of_the_network(pgiam, amazon, bundle):
    ended = pgiam("ca", "install", "--fetch", **amazon.variables)
    assert ended.returncode == 5 and "404" in ended.stderr and not bundle.exists()


def test_an_intermediate_is_taken_with_the_root_that_signed_it(pgiam, tmp_path, bundle, rds):
    """Of a person's own file; --fetch looks at who signed it, which with Amazon's keys nobody here can."""
    (tmp_path / "chain").mkdir()
    ca, certificate, _ = certificates.create(tmp_path / "chain", ["inner"])
    (file := tmp_path / "chain.pem").write_text(certificate + "\ntext between\n" + ca)
    assert "2 certificate authorities" in pgiam("ca", "install", "--from", file).stdout
    assert subprocess.run(["openssl", "verify", "-CAfile", bundle, tmp_path / "chain/server.crt"], capture_output=True).returncode == 0
