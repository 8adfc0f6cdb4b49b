"""One connection at a time, through DriverManager and data sources, in both ways to the library."""

from conftest import DSQL, HOST, PLUGIN, SOCKETS, TOKEN_MARK, refused


def test_a_login_needs_no_password(rds, bridge, url):
    assert bridge.do("connect", "c", url(), "user=app_user") == "app_user"
    (attempt,) = rds.attempts()
    assert attempt["verdict"] == "accepted" and attempt["tls"]


def test_a_data_source_gets_a_token_for_each_connection(rds, bridge, url):
    bridge.do("source", "s", url(plugin=False), PLUGIN, "user=app_user")
    assert bridge.do("ask", "s", "SELECT session_user") == "app_user"
    assert bridge.do("ask", "s", "SELECT session_user") == "app_user"
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"] * 2


def test_a_saved_password_is_used_as_without_the_plugin(rds, bridge, url):
    saved = ("user=plain", "password=open sesame")
    assert bridge.do("connect", "c", url(), *saved) == "plain"
    wrong = refused(bridge, "connect", "w", url(), "user=plain", "password=wrong")
    without = refused(bridge, "connect", "w", url(plugin=False), "user=plain", "password=wrong")
    assert (wrong.state, wrong.message) == (without.state, without.message)


def test_a_host_that_is_not_ours_gets_the_saved_password_or_none(rds, bridge, url):
    elsewhere = url(host="127.0.0.1", sslmode="require")
    assert bridge.do("connect", "c", elsewhere, "user=plain", "password=open sesame") == "plain"
    nothing = refused(bridge, "connect", "n", elsewhere, "user=plain")
    assert "no password was provided" in nothing.message
    assert all("endpoint" not in attempt for attempt in rds.attempts())


def test_an_old_token_that_the_client_saved_is_replaced(rds, bridge, url):
    old = bridge.do("token", HOST, str(rds.port), "app_user")
    rds.set_clock(start=rds.now() + 3600)
    assert TOKEN_MARK in old
    stale = refused(bridge, "connect", "c", url(plugin=False), "user=app_user", f"password={old}")
    assert stale.state.startswith("28")
    rds.set_clock()
    rds.clear_attempts()
    old = old.replace("X-Amz-Signature=", "X-Amz-Signature=0")
    assert bridge.do("connect", "c", url(), "user=app_user", f"password={old}") == "app_user"


def test_options_come_from_the_url_and_from_properties(rds, bridge, url):
    (bridge.home / ".aws").mkdir()
    key = next(iter(rds.keys.values()))
    lines = ["[profile orders]", f"aws_access_key_id={key.id}", f"aws_secret_access_key={key.secret}"]
    lines += [f"aws_session_token={key.session_token}"] if key.session_token else []
    (bridge.home / ".aws/config").write_text("\n".join(lines))
    assert bridge.do("connect", "a", url("pgiam.profile=orders"), "user=app_user") == "app_user"
    assert bridge.do("connect", "b", url(), "user=app_user", "pgiam.profile=orders") == "app_user"
    wrong = refused(bridge, "connect", "c", url("pgiam.profile=orderz"), "user=app_user")
    assert wrong.state == "28000" and "orderz" in wrong.message


def test_an_unknown_option_is_named_with_the_nearest_one(bridge, url):
    wrong = refused(bridge, "connect", "c", url("pgiam.profil=orders"), "user=app_user")
    assert wrong.state == "28000"
    assert "profil" in wrong.message and "did you mean" in wrong.message


def test_without_tls_no_token_leaves(rds, bridge, url):
    for sslmode in ("prefer", "allow", None):
        weak = refused(bridge, "connect", "c", url(sslmode=sslmode), "user=app_user")
        assert weak.state == "28000"
        assert f"sslmode={sslmode or 'prefer'} could send the token without TLS" in weak.trace
        assert "use sslmode=verify-full" in weak.trace  # as the URL names a CA
    assert rds.attempts() == []


def test_who_takes_the_risk_may_go_without_a_demand_for_tls(rds, bridge, url):
    assert bridge.do("connect", "c", url("pgiam.tls=off", sslmode="prefer"), "user=app_user") == "app_user"


def test_a_verified_server_can_be_demanded(rds, bridge, url):
    weak = refused(bridge, "connect", "c", url("pgiam.tls=verify-full", sslmode="require"), "user=app_user")
    assert "sslmode=verify-full" in weak.message
    assert rds.attempts() == []
    assert bridge.do("connect", "c", url("pgiam.tls=verify-full"), "user=app_user") == "app_user"


def test_what_can_no_longer_be_set_when_the_server_asks_is_named(rds, bridge, url):
    """The plugin alone is asked after TLS: a CA that only pgiam was told of came too late."""
    late = url(f"pgiam.sslrootcert={rds.ca_file}", sslmode="require").replace(f"?sslrootcert={rds.ca_file}&", "?")
    lost = refused(bridge, "connect", "c", late, "user=app_user")
    assert lost.state == "28000" and f"set it yourself: sslrootcert={rds.ca_file}" in lost.message
    assert rds.attempts() == []


def test_a_ca_without_a_mode_that_can_no_longer_be_set_is_refused(rds, bridge, url):
    lost = refused(bridge, "connect", "c", url(sslmode=None), "user=app_user")
    assert lost.state == "28000" and "sslmode=verify-full" in lost.message and rds.attempts() == []


def test_no_credentials_fail_with_what_was_tried(jvm, rds, url):
    nobody = jvm(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_SESSION_TOKEN="", AWS_EC2_METADATA_DISABLED="true")
    failed = refused(nobody, "connect", "c", url(), "user=app_user")
    assert failed.state == "28000" and failed.message.startswith("pgiam: ")
    assert "environment" in failed.message and "profile" in failed.message
    assert rds.attempts() == []


def test_signing_for_another_name_goes_through_a_tunnel(rds, bridge, url):
    tunnel = url(f"pgiam.signing_host={HOST}", host="127.0.0.1", sslmode="require")
    assert bridge.do("connect", "c", tunnel, "user=app_user") == "app_user"


def test_aurora_dsql_gets_a_token_of_its_own_kind(rds, bridge, url):
    assert bridge.do("connect", "c", url(host=DSQL), "user=app_user") == "app_user"
    assert rds.attempts()[-1]["endpoint"] == DSQL


def test_disabled_it_is_transparent(jvm, rds, url):
    off = jvm(PGIAM_DISABLE="1")
    assert off.do("connect", "c", url(), "user=plain", "password=open sesame") == "plain"
    assert "no password was provided" in refused(off, "connect", "n", url(), "user=app_user").message


def test_only_requests_for_a_password_in_clear_text_are_answered(bridge):
    ours = (f"PGHOST={HOST}", "PGPORT=5432", "user=app_user", "sslmode=require")
    assert bridge.do("plugin", "CLEARTEXT_PASSWORD", *ours) == "a token"
    assert bridge.do("plugin", "GSS", *ours) == "null"
    for kind in ("MD5_PASSWORD", "SASL"):
        assert 'GRANT rds_iam TO "app_user"' in refused(bridge, "plugin", kind, *ours).message
        assert bridge.do("plugin", kind, "PGHOST=127.0.0.1", "user=app_user") == "null"
    assert bridge.do("plugin", "SASL", *ours, "password=saved") == "saved"


def test_a_login_time_out_moves_the_work_to_another_thread(rds, bridge, url):
    assert bridge.do("connect", "c", url(SOCKETS, "loginTimeout=30"), "user=app_user") == "app_user"


def test_a_user_that_has_no_token_login_is_told_what_to_grant(bridge, url):
    lost = refused(bridge, "connect", "c", url(), "user=plain")
    assert lost.state == "28000" and 'GRANT rds_iam TO "plain"' in lost.message
    lost = refused(bridge, "connect", "c", url(), "user=plain", "password=")
    assert 'GRANT rds_iam TO "plain"' in lost.message


def test_force_replaces_a_saved_password(bridge, url):
    saved = ("user=app_user", "password=open sesame")
    refused(bridge, "connect", "c", url(), *saved)
    assert bridge.do("connect", "c", url("pgiam.force=yes"), *saved) == "app_user"
