"""Without a token nothing is sent; a refused one is explained; only an old one is tried again."""

import pytest
from conftest import ANSI_SHIM, OLD, REPLICA, SHIM, TOO_OLD

HALF = {"AWS_SECRET_ACCESS_KEY": ""}
WRONG = {"AWS_SECRET_ACCESS_KEY": "not the secret"}


@pytest.fixture
def sent_nothing(rds):
    before = rds.connections()
    return lambda: rds.connections() == before and rds.attempts() == []


def test_half_credentials_fail_before_any_packet_and_name_what_is_missing(string, log_in, sent_nothing):
    error = log_in(string(), **HALF)
    assert error.startswith("28000 [28000] [pgiam] AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")
    assert "set AWS_SECRET_ACCESS_KEY" in error
    assert sent_nothing()


def test_every_place_that_was_looked_at_is_named_however_long_that_gets(string, log_in, run, sent_nothing):
    none = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_SESSION_TOKEN": None, "AWS_EC2_METADATA_DISABLED": "true"}
    for text in (log_in(string(), **none), run("isql", "orders", "-b", "-v", **none).stdout):
        assert "[pgiam]" in text
        assert "AWS_ACCESS_KEY_ID" in text
        assert ".aws/credentials" in text
    assert sent_nothing()


@pytest.mark.parametrize("sslmode", ["disable", "allow", "prefer"])
def test_a_chosen_sslmode_that_allows_clear_text_is_refused(sslmode, string, log_in, configure, source, options, sent_nothing):
    configure(orders=source | {"SSLmode": sslmode})
    for given in (string(SSLmode=sslmode), string(CA=sslmode[0]), "DSN=orders", string(pqopt=f"{{{options} sslmode={sslmode}}}")):
        error = log_in(given)
        assert error.startswith("28000"), error
        assert f"sslmode={sslmode}" in error
    assert sent_nothing()


@pytest.mark.parametrize("keyword", ["gssencmode=require", "channel_binding=require"])
def test_what_rules_a_token_out_is_refused_as_with_libpq(keyword, string, log_in, options, sent_nothing):
    error = log_in(string(pqopt=f"{{{options} {keyword}}}"))
    assert error.startswith("28000") and keyword in error, error
    assert sent_nothing()


def test_kerberos_that_the_environment_demands_is_refused_too(string, log_in, sent_nothing):
    error = log_in(string(), PGGSSENCMODE="require")
    assert error.startswith("28000") and "gssencmode=require" in error, error
    assert sent_nothing()


def test_options_that_the_drivers_libpq_does_not_know_are_left_to_its_own_refusal(string, log_in, options, sent_nothing):
    error = log_in(string(pqopt=f"{{{options} nonsense=1}}"))
    assert "pgiam" not in error and error.startswith("08001"), error
    assert sent_nothing()


def test_a_user_may_take_the_risk(string, log_in):
    error = log_in(string(SSLmode="disable", PgiamTls="off"))
    assert "no encryption" in error  # so the attempt was made; the emulator wants TLS


def test_tls_is_on_where_nobody_said_so(string, log_in, rds):
    assert log_in(string()) == "app_user"
    assert rds.attempts()[0]["tls"] is True


def test_a_verified_server_may_be_demanded_and_its_authority_named(string, log_in, rds):
    strict = string(PgiamTls="verify-full", SSLmode="require", pqopt="hostaddr=127.0.0.1")
    assert "root certificate file" in log_in(strict)
    assert rds.attempts() == []
    assert log_in(f"{strict};PgiamSslRootCert={rds.ca_file}") == "app_user"


def test_a_refusal_is_explained(string, client, verdicts):
    error = client(string(), **WRONG)
    assert error.startswith("[28000]")
    assert 'FATAL:  PAM authentication failed for user "app_user"' in error
    assert "rds-db:connect on arn:aws:rds-db:eu-west-1:*:dbuser:*/app_user" in error
    assert "not the secret" not in error
    assert verdicts() == ["refused"]


def test_the_first_record_of_a_refusal_tells_the_likeliest_cause(string, log_in):  # pyodbc shows no other
    error = log_in(string(UID="plain"))
    assert 'GRANT rds_iam TO "plain"' in error
    assert "/proc/self" not in error


def test_the_host_of_a_list_that_refused_is_the_one_that_is_named(string, client, rds):
    hosts = {"Server": f"{rds.host},{rds.host}", "Port": f"1,{rds.port}",
             "pqopt": f"{{hostaddr=127.0.0.1,127.0.0.1 sslrootcert={rds.ca_file}}}"}  # fmt: skip
    error = client(string(**hosts), **WRONG)
    assert f"{rds.host}:{rds.port}" in error and f"{rds.host}:1 " not in error, error


@pytest.fixture
def two_hosts(rds, string):
    """two_hosts(first's port, …): a list of the replica, in another region, and the instance."""

    def make(port, **changes):
        pqopt = f"{{hostaddr=127.0.0.2,127.0.0.1 sslrootcert={rds.ca_file}}}"
        return string(**{"Server": f"{REPLICA},{rds.host}", "Port": f"{port},{rds.port}", "pqopt": pqopt} | changes)

    return make


def test_a_refusal_by_the_first_host_of_a_list_is_about_that(rds, two_hosts, client):
    error = client(two_hosts(rds.port), **WRONG)
    assert f"a token that was signed for {REPLICA}:{rds.port}" in error, error
    assert "arn:aws:rds-db:us-east-2:" in error


def test_a_refusal_by_the_second_host_of_a_list_is_about_that(rds, two_hosts, client):
    error = client(two_hosts(1), **WRONG)
    assert f"a token that was signed for {rds.host}:{rds.port}" in error, error
    assert "arn:aws:rds-db:eu-west-1:" in error
    assert REPLICA not in error


def test_a_cached_token_that_a_host_of_a_list_refuses_is_replaced_once(rds, two_hosts, client, verdicts):
    string = two_hosts(1)
    assert client(string, "refuse 1", string).split() == ["app_user"] * 2
    assert verdicts() == ["accepted", "refused", "accepted"]


def test_a_token_goes_to_no_other_host_of_a_list_where_psqlodbc_has_one_password_for_all(rds, two_hosts, client):
    for given, variables in (({"PWD": "wrong", "PgiamForce": "yes"}, {}), ({}, {"PGPASSWORD": OLD})):
        error = client(two_hosts(rds.port, **given), **variables)
        assert error.startswith("[HY000] [pgiam]") and "each of these is to be sent its own" in error, error
    assert rds.attempts() == []


def test_of_a_list_the_host_that_demands_most_of_tls_is_heeded(rds, two_hosts, log_in, tmp_path):
    rules = tmp_path / "pgiam.conf"
    for strict in (REPLICA, rds.host):
        rules.write_text(f"[connection strict]\nhost = {strict}\ntls = verify-full\n")
        nobody = two_hosts(rds.port, SSLmode="require", pqopt="{hostaddr=127.0.0.2,127.0.0.1}")
        error = log_in(nobody, PGIAM_CONFIG=str(rules))
        assert "root certificate file" in error, error
    assert log_in(two_hosts(1, SSLmode="require"), PGIAM_CONFIG=str(rules)) == "app_user"


def test_a_refused_password_of_the_users_own_is_said_to_have_kept_the_token_away(string, client):
    error = client(string(UID="plain", PWD="close sesame", SSLmode="require"))
    assert error.startswith("[28000]") and 'password authentication failed for user "plain"' in error, error
    assert "that kept pgiam from making a token" in error and "PGIAM_FORCE=yes" in error
    assert "close sesame" not in error


def test_what_is_no_refusal_of_it_keeps_the_drivers_words(string, client):
    error = client(string(UID="plain", PWD="open sesame", SSLmode="require", Database="nowhere"))
    assert 'database "nowhere" does not exist' in error and "pgiam" not in error


def test_other_failures_keep_the_drivers_words(string, log_in):
    error = log_in(string(Database="nowhere"))
    assert error.startswith("08001 [08001] connection to server"), error
    assert 'database "nowhere" does not exist' in error


def test_a_cached_token_that_is_refused_is_replaced_once_and_nobody_notices(rds, string, client, verdicts):
    assert client(string(), "refuse 1", string()).split() == ["app_user"] * 2
    assert verdicts() == ["accepted", "refused", "accepted"]


def test_there_is_no_third_attempt(rds, string, client, verdicts):
    assert client(string(), "refuse 2", string(), string()).startswith("app_user\n[28000]")
    assert verdicts() == ["accepted", "refused", "refused", "accepted"]


def test_a_driver_that_is_missing_is_asked_for(configure, log_in, string, run):
    configure(drivers={"pgiam": {"Driver": SHIM, "PgiamDriver": "/nonexistent/psqlodbcw.so"}}, orders={"Driver": "pgiam"})
    for text in (log_in(string()), run("isql", "orders", "-b", "-v").stdout):
        assert "IM003" in text
        assert "[pgiam] PgiamDriver names /nonexistent/psqlodbcw.so, which cannot be loaded" in text


@pytest.mark.parametrize("named", [SHIM, "libc.so.6"])
def test_what_is_no_other_driver_is_said_to_be_none(named, string, log_in):
    error = log_in(string(), PGIAM_DRIVER=named)
    assert ("pgiam's own shim" if named == SHIM else "is no ODBC driver") in error


@pytest.mark.parametrize("place", ["environment", "driver section", "data source"])
def test_the_real_driver_may_be_named_in_each_place(place, configure, source, log_in, string):
    real = "/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so"
    variables = {"PGIAM_DRIVER": "real"} if place == "environment" else {}
    driver = {"Driver": SHIM} | ({"PgiamDriver": "real"} if place == "driver section" else {})
    configure(drivers={"pgiam": driver, "real": {"Driver": real}}, orders=source | ({"PgiamDriver": "real"} if place == "data source" else {}))
    assert log_in("DSN=orders", **variables) == "app_user"


def test_data_sources_cannot_name_several_drivers_in_one_process(configure, source, log_in):
    configure(orders=source, other=source | {"PgiamDriver": ANSI_SHIM})
    assert log_in("DSN=orders;PgiamDriver=psqlodbca.so").startswith("IM003")


def test_without_the_plugin_the_reason_is_given(string, log_in):
    assert "[pgiam] the pgiam plugin cannot be loaded" in log_in(string(), PGIAM_LIBRARY="/nonexistent/libpgiam.so.1")
    with_password = string(UID="plain", PWD="open sesame", SSLmode="require")
    assert log_in(with_password, PGIAM_LIBRARY="/nonexistent/libpgiam.so.1") == "plain"


def test_a_plugin_that_is_too_old_is_refused_with_both_versions(string, log_in, sent_nothing):
    error = log_in(string(), **TOO_OLD)
    assert "[pgiam] the pgiam plugin is too old: it is " in error, error
    assert "of ABI 1.1, and this part of pgiam needs 1.2" in error
    assert sent_nothing()
    assert log_in(string(UID="plain", PWD="open sesame", SSLmode="require"), **TOO_OLD) == "plain"


def test_switched_off_it_is_not_there(string, log_in):
    assert "no password supplied" in log_in(string(SSLmode="require"), PGIAM_DISABLE="1")
