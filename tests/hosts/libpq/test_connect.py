"""Every way to connect gets a token that the server accepts."""

import pytest
from conftest import LIBPQ_MAJOR, REPLICA

CALLS = ["connectdb", "connectdbParams", "connectStart", "connectStartParams"]


def uri(rds, user="app_user"):
    from urllib.parse import quote

    return (
        f"postgresql://{quote(user, safe='')}@{rds.host}:{rds.port}/postgres"
        f"?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={quote(rds.ca_file, safe='')}"
    )


def test_psql_logs_in_with_a_token_of_ours(rds, psql, verdicts):
    done = psql(rds.conninfo())
    assert (done.returncode, done.stdout, done.stderr) == (0, "app_user\n", "")
    assert verdicts() == ["accepted"]


@pytest.mark.parametrize("call", CALLS)
def test_each_connect_function_gets_a_token(call, rds, client, verdicts):
    program = client()
    assert program.do(call, rds.conninfo()) == f"ok\t{rds.host}\t{rds.port}"
    assert program.do("query") == "app_user"
    assert verdicts() == ["accepted"]


def test_setdblogin_gets_a_token(rds, client, verdicts):
    program = client(PGHOSTADDR="127.0.0.1", PGSSLROOTCERT=rds.ca_file)
    assert program.do("setdbLogin", rds.host, str(rds.port), "postgres", "app_user", "").startswith("ok")
    assert verdicts() == ["accepted"]


def test_setdblogin_takes_a_connection_string_for_dbname(rds, client):
    assert client().do("setdbLogin", "", "", rds.conninfo(), "", "").startswith("ok")


@pytest.mark.parametrize("call", CALLS)
def test_a_uri_is_understood(call, rds, client):
    assert client().do(call, uri(rds)).startswith("ok")


@pytest.mark.parametrize("call", ["connectdbParams", "connectStartParams"])
def test_only_the_first_dbname_is_a_connection_string(call, rds, client, verdicts):
    """As reindexdb and pg_amcheck call libpq for each database of a server; one may have such a name."""
    program = client()
    assert program.do(call, rds.conninfo(), "host=evil password=p") == "bad"
    assert 'database "host=evil password=p" does not exist' in program.message()
    assert verdicts() == ["accepted"]


def test_environment_variables_alone_are_enough(rds, client):
    program = client(
        PGHOST=rds.host, PGHOSTADDR="127.0.0.1", PGPORT=str(rds.port), PGUSER="app_user", PGDATABASE="postgres",
        PGSSLROOTCERT=rds.ca_file, PGSSLMODE="verify-full",
    )  # fmt: skip
    assert program.do("connectdb", "").startswith("ok")
    assert program.do("connectdb", "   ").startswith("ok")


def test_a_service_file_is_enough(rds, client, tmp_path):
    service = tmp_path / "services"
    service.write_text("[orders]\n" + rds.conninfo(sslmode=None, sslrootcert=None).replace("'", "").replace(" ", "\n"))
    program = client(PGSERVICEFILE=str(service), PGSSLROOTCERT=rds.ca_file)
    assert program.do("connectdb", "service=orders").startswith("ok")
    assert client(PGSERVICEFILE=str(service), PGSERVICE="orders").do("connectdb", "").startswith("ok")


@pytest.mark.parametrize(
    "user", ["two words", "a&b=c", "a+b", "100%", "o'brien", 'say "hi"', "back\\slash", "söhne 東京", "a:b", "#hash", "x,y"]
)
def test_users_of_every_kind_log_in(user, rds, client, psql):
    if user not in rds._roles:
        rds.add_user(user)
    program = client()
    for conninfo in (rds.conninfo(user), uri(rds, user)):
        assert program.do("connectdb", conninfo).startswith("ok"), program.message()
        assert program.do("query") == user
    done = psql(rds.conninfo(user))
    assert (done.stdout, done.stderr) == (user + "\n", "")


@pytest.mark.parametrize("length", [400, 4_000, 12_000])
def test_tokens_of_any_length_are_handed_over(length, rds, client):
    rds.add_key("ASIALONG", "secret", session_token="t/+=" * (length // 4))
    program = client(AWS_ACCESS_KEY_ID="ASIALONG", AWS_SECRET_ACCESS_KEY="secret", AWS_SESSION_TOKEN="t/+=" * (length // 4))
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert rds.attempts()[-1]["token_length"] > length


def test_tls_is_demanded_where_nobody_said_anything(rds, client):
    program = client()
    assert program.do("connectdb", rds.conninfo(sslmode=None, sslrootcert=None)).startswith("ok")
    assert rds.attempts()[-1]["tls"]


def test_the_user_sees_no_difference_in_the_connection(rds, client, environment):
    with_hook, without = client(), client(LD_PRELOAD="")
    conninfo = rds.conninfo(application_name="it's \\ me", options="-c work_mem=1MB")
    with_hook.do("connectdb", conninfo)
    without.do("connectdb", conninfo)
    for keyword in ("user", "dbname", "host", "port", "hostaddr", "passfile", "sslmode", "sslrootcert", "options",
                    "application_name", "target_session_attrs", "connect_timeout", "channel_binding"):  # fmt: skip
        assert with_hook.do("conninfo", keyword) == without.do("conninfo", keyword), keyword
    assert with_hook.do("conninfo", "password") == "(none)"


@pytest.fixture
def read_only(rds):
    rds.admin_sql("ALTER ROLE app_user SET default_transaction_read_only = on")
    yield
    rds.admin_sql("ALTER ROLE app_user RESET ALL")


@pytest.mark.usefixtures("read_only")
def test_each_host_of_a_list_has_its_own_token(rds, client, verdicts):
    hosts = {"host": f"{REPLICA},{rds.host}", "hostaddr": "127.0.0.2,127.0.0.1"}
    program = client()
    assert program.do("connectdb", rds.conninfo(**hosts)).startswith(f"ok\t{REPLICA}")
    assert program.do("connectStart", rds.conninfo(**hosts, target_session_attrs="read-write")) == "bad"
    # Nobody is what was wished for, so each was asked in turn.
    assert verdicts() == ["accepted"] * 3
    assert len({attempt["endpoint"] for attempt in rds.attempts()}) == 2


@pytest.mark.parametrize("wish", ["read-write", "primary", "any", "prefer-standby"])
def test_every_wish_for_a_kind_of_server_is_libpqs_to_fulfil(wish, rds, client, verdicts):
    hosts = {"host": f"{REPLICA},{rds.host}", "hostaddr": "127.0.0.2,127.0.0.1", "target_session_attrs": wish}
    program = client()
    if LIBPQ_MAJOR < 14 and wish in ("primary", "prefer-standby"):
        assert program.do("connectdb", rds.conninfo(**hosts)) == "bad"
        assert f'invalid target_session_attrs value: "{wish}"' in program.message()
        return
    for call in CALLS:
        assert program.do(call, rds.conninfo(**hosts)).startswith(f"ok\t{REPLICA}"), program.message()
    assert program.do("reset").startswith(f"ok\t{REPLICA}"), program.message()
    assert set(verdicts()) == {"accepted"}


def test_hosts_in_random_order_each_get_their_own_token(rds, client, verdicts):
    hosts = {"host": f"{REPLICA},{rds.host}", "hostaddr": "127.0.0.2,127.0.0.1", "load_balance_hosts": "random"}
    program = client()
    if LIBPQ_MAJOR < 16:
        assert program.do("connectdb", rds.conninfo(**hosts)) == "bad"
        assert 'invalid connection option "load_balance_hosts"' in program.message()
        return
    for call in CALLS * 8:
        assert program.do(call, rds.conninfo(**hosts)).startswith("ok"), program.message()
        assert program.do("reset").startswith("ok"), program.message()
    assert set(verdicts()) == {"accepted"}
    assert len({attempt["endpoint"] for attempt in rds.attempts()}) == 2


@pytest.mark.parametrize("call", CALLS)
def test_dead_hosts_come_first_and_the_last_of_32_answers(call, rds, client):
    dead = [f"dead{i}.c9akciq32xyz.us-east-1.rds.amazonaws.com" for i in range(31)]
    hosts = ",".join([*dead, rds.host])
    addresses = ",".join(["127.0.0.77"] * 31 + ["127.0.0.1"])
    assert client().do(call, rds.conninfo(host=hosts, hostaddr=addresses)).startswith(f"ok\t{rds.host}")


def test_64_threads_connect_at_once(rds, client, verdicts):
    assert client().do("threads", "64", rds.conninfo()) == "0 failed"
    assert verdicts() == ["accepted"] * 64


def test_children_connect_before_and_after_the_parent_did(rds, client):
    first = client()
    assert first.do("fork") == "child"
    assert first.do("connectdb", rds.conninfo()).startswith("ok")
    second = client()
    assert second.do("connectdb", rds.conninfo()).startswith("ok")
    assert second.do("finish") == "finished"
    assert second.do("fork") == "child"
    assert second.do("threads", "8", rds.conninfo()) == "0 failed"


def test_children_get_tokens_that_were_forked_while_threads_were_getting_theirs(rds, client):
    # Nobody answers there: libpq and OpenSSL themselves hang in such a child once they get to TLS.
    assert client().do("storm", "100", rds.conninfo(hostaddr="127.0.0.77")) == "0 hung"


def test_children_get_tokens_that_were_forked_while_a_thread_was_loading_the_plugin(rds, client):
    assert client().do("firstConnects", "150", rds.conninfo(hostaddr="127.0.0.77")) == "0 hung"
