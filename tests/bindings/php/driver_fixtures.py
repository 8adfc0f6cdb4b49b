"""What the tests of drivers share: an instance, a user's environment, and how a program logs in."""

import json

import pytest
from conftest import HOST
from installed_roots import AMAZONS, install_roots, of_the_instance
from rds_emulator import Emulator, Endpoint
from rds_fixtures import rds, verdicts  # noqa: F401

WAYS = {
    "pdo": """
        function login(array $keywords, ...$pgiam) {
            $user = $keywords['user'] ?? null; unset($keywords['user']);
            $password = $keywords['password'] ?? null; unset($keywords['password']);
            return Pgiam\\Pdo::connect('pgsql:' . urldecode(http_build_query($keywords, '', ';')), $user, $password, null, ...$pgiam);
        }
        function row($connection, $sql) { return $connection->query($sql)->fetch(PDO::FETCH_NUM); }""",
    "pgsql": """
        function conninfo(array $keywords) {
            return implode(' ', array_map(fn ($key, $value) => "$key='$value'", array_keys($keywords), $keywords));
        }
        function login(array $keywords, ...$pgiam) {
            return Pgiam\\Pgsql::connect(conninfo($keywords), PGSQL_CONNECT_FORCE_NEW, ...$pgiam);
        }
        function row($connection, $sql) {
            $row = pg_fetch_row(pg_query($connection, $sql));
            return array_map(fn ($value) => $value === 't' ? true : $value, $row);
        }""",
}
SESSION = """
    const SESSION = 'SELECT session_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    $server = json_decode(getenv('SERVER'), true);
"""


@pytest.fixture(scope="session")
def instance():
    second = Endpoint("replica.c9akciq32xyz.eu-central-1.rds.amazonaws.com", "127.0.0.2")
    with Emulator(endpoints=[HOST, second], users=["app_user", "ann"], passwords={"plain": "open sesame"}) as emulator:
        yield emulator


@pytest.fixture
def no_connection(rds):  # noqa: F811
    """The test may not reach the server."""
    before = rds.connections()
    yield
    assert rds.connections() == before


@pytest.fixture
def verified(rds, tmp_path):  # noqa: F811
    """verified(login): whom login() connects to, where nobody says anything of TLS, with what pgiam ca install leaves: first Amazon's
    roots, which have signed nothing here, then the instance's own."""

    def verified(login):
        install_roots(tmp_path, AMAZONS)
        assert "certificate verify failed" in json.dumps(login())
        install_roots(tmp_path, of_the_instance(rds))
        assert login() == ["app_user", True]

    return verified


@pytest.fixture
def server(rds, environment):  # noqa: F811
    """libpq's keywords for the instance, $server of the programs; its credentials are in their environment."""
    keywords = {"host": rds.host, "hostaddr": rds.endpoints[0].address, "port": str(rds.port), "user": "app_user",
                "dbname": "postgres", "sslmode": "verify-full", "sslrootcert": rds.ca_file}  # fmt: skip
    environment |= {**rds.credentials(), "SERVER": json.dumps(keywords)}
    return keywords


@pytest.fixture(params=WAYS)
def way(request):
    return WAYS[request.param] + SESSION


@pytest.fixture
def pdo():
    return WAYS["pdo"] + SESSION
