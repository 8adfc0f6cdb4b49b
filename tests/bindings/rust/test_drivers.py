"""The recipes with the drivers themselves, against an instance; tests/optional/rust_drivers builds them."""

import time

import pytest
from conftest import PROGRAMS, run, start
from installed_roots import AMAZONS, install_roots, of_the_instance
from test_examples import instance, rds, verdicts  # noqa: F401
from test_examples import variables as given  # noqa: F401

DRIVERS = ("deadpool", "diesel", "sqlx")


@pytest.fixture
def variables(given, rds):  # noqa: F811
    """sqlx knows no hostaddr: the system's names are the emulator's."""
    return {**given, "LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": rds.hosts_file}


OF = {driver: PROGRAMS / f"examples/reconnect_{driver}" for driver in DRIVERS}


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_pool_logs_in_again_where_its_session_is_gone(driver, home, rds, verdicts, variables):  # noqa: F811
    with start(OF[driver], home=home, **variables) as program:
        assert program.stdout.readline() == "connected\n", program.stderr.read()
        rds.kill_backends()
        assert program.communicate("\n")[0] == "done\n" and program.returncode == 0
    assert verdicts() == ["accepted", "accepted"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_refusal_is_explained(driver, home, rds, variables):  # noqa: F811
    done = run(OF[driver], home=home, **{**variables, "PGUSER": "nobody"})
    assert done.returncode == 1 and "nobody" in done.stderr and "X-Amz-Signature" not in done.stderr, done.stderr


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_connection_that_forgoes_tls_gets_no_token(driver, home, rds, variables):  # noqa: F811
    before = rds.connections()
    done = run(OF[driver], home=home, PGSSLMODE="disable", **variables)
    assert done.returncode == 1 and "sslmode" in done.stderr and rds.connections() == before, done.stderr


@pytest.mark.parametrize("driver", ["diesel", "sqlx"])  # tokio-postgres has whom its program's own TLS verifies
def test_with_an_installed_bundle_the_server_is_verified(driver, home, rds, variables):  # noqa: F811
    """What pgiam ca install leaves: first Amazon's roots, which have signed nothing here, then the instance's own behind them."""
    silent = {name: value for name, value in variables.items() if name != "PGSSLROOTCERT"}
    install_roots(home, AMAZONS)
    done = run(OF[driver], home=home, **silent)
    assert done.returncode == 1 and "certificate" in done.stderr, done.stderr
    install_roots(home, AMAZONS + of_the_instance(rds))
    with start(OF[driver], home=home, **silent) as program:
        assert program.communicate("\n")[0] == "connected\ndone\n", program.stderr.read()


@pytest.mark.parametrize("driver", [driver for driver in DRIVERS if driver != "sqlx"])  # whose pool connects by itself
def test_a_kept_token_that_is_refused_is_made_anew_once(driver, home, rds, verdicts, variables):  # noqa: F811
    with start(OF[driver], home=home, **variables) as program:
        assert program.stdout.readline() == "connected\n", program.stderr.read()
        rds.expire_tokens()
        rds.kill_backends()
        assert program.communicate("\n")[0] == "done\n" and program.returncode == 0
    assert verdicts()[0] == verdicts()[-1] == "accepted" and len(verdicts()) == 3


def test_the_pool_of_sqlx_has_a_newer_token_after_a_while(home, rds, verdicts, variables):  # noqa: F811
    with start(OF["sqlx"], home=home, PGIAM_REUSE_SECONDS="1", **variables) as program:
        assert program.stdout.readline() == "connected\n", program.stderr.read()
        rds.expire_tokens()
        time.sleep(33)  # it renews every half minute, and tells nobody
        rds.kill_backends()
        assert program.communicate("\n")[0] == "done\n" and program.returncode == 0
    assert verdicts() == ["accepted", "accepted"]
