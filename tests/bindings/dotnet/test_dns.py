"""Names that only DNS calls aliases of an endpoint: what makes the whole connection dials the endpoint's own name; where only a
password can be returned there is none, and the rule to write."""

from conftest import check, mono, names_in, needs_mono, results_of
from dns_fixtures import RDS, dns, dns_server, in_own_network, instance, stranger, strangers_server  # noqa: F401
from rds_fixtures import rds, verdicts  # noqa: F401
from test_login import DRIVERS, needs_driver

pytestmark = [in_own_network, needs_mono, needs_driver]


def test_aliases(program, tmp_path, rds, stranger, verdicts):  # noqa: F811
    exe = program("AliasTests.cs", "Check.cs")
    variables = {**rds.credentials(), "RDS_PORT": str(rds.port), "ENDPOINT": RDS, "PSQLODBC": str(DRIVERS[0])}
    results = results_of(mono(exe, home=tmp_path, **variables))
    for name in [*names_in("AliasTests.cs"), "how it ended"]:
        check(results, name)
    assert (verdicts(), stranger.came) == (["accepted"], [])
