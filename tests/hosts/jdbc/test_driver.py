"""jdbc:pgiam:postgresql://…: everything set, and what the user says wins."""

import subprocess
import time

import pytest
from conftest import CLASSES, COMMAND, COMMAND_ONLY, HOST, JAR, JAVA, LIBRARIES, REPLICA, SOCKETS, Failure, refused
from jdbc_words import SSL_WORDS

PREFIX = "jdbc:pgiam:postgresql:"


def test_the_url_alone_is_enough(rds, bridge):
    short = f"{PREFIX}//{HOST}:{rds.port}/postgres?user=app_user"
    assert bridge.do("connect", "c", short) == "app_user"
    (attempt,) = rds.attempts()
    assert attempt["tls"] and attempt["verdict"] == "accepted"
    assert bridge.do("url", "c").startswith("jdbc:postgresql://")


@pytest.mark.parametrize("said", ["", "&sslrootcert=rds", "&pgiam.sslrootcert=rds", "&sslmode=verify-full"])
@pytest.mark.parametrize("way", [("-Dpgiam.bridge=native",), COMMAND_ONLY])
def test_the_installed_bundle_of_rds_verifies_the_server(way, said, rds, jvm, environment):
    for installed, verified in (([], False), (["--from", rds.ca_file], True)):
        subprocess.run([COMMAND, "ca", "install", *installed], env=environment, check=True, capture_output=True)
        words = ("connect", "c", f"{PREFIX}//{HOST}:{rds.port}/postgres?user=app_user{said}")
        if verified:
            assert jvm(*way).do(*words) == "app_user"
        else:
            assert "certificate" in refused(jvm(*way), *words).trace.lower(), "Amazon's do not sign here"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost,127.0.0.1"])
def test_verify_full_through_a_tunnel_verifies_the_endpoints_name(host, rds, bridge, url):
    tunnel = url(f"pgiam.signing_host={HOST}", host=host, prefix=PREFIX, plugin=False)
    assert bridge.do("connect", "c", tunnel, "user=app_user") == "app_user"
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"]


def test_sockets_of_the_users_own_cannot_be_told_where_the_tunnel_is(rds, bridge, url):
    own = url(f"pgiam.signing_host={HOST}", "socketFactory=CountedSockets", host="127.0.0.1", prefix=PREFIX, plugin=False)
    lost = refused(bridge, "connect", "c", own, "user=app_user")
    assert f"verify-full needs host={HOST} hostaddr=127.0.0.1 here" in lost.message
    assert rds.attempts() == []


def test_several_hosts_need_nothing_more(rds, bridge, url):
    both = url(host=f"{HOST},{REPLICA}", prefix=PREFIX, plugin=False)
    rds.refuse_next(count=1)
    assert bridge.do("connect", "c", both, "user=app_user") == "app_user"
    assert [attempt["endpoint"].split(":")[0] for attempt in rds.attempts()] == [HOST, REPLICA]


def test_threads_that_connect_to_hosts_in_any_order_each_follow_an_attempt_of_their_own(rds, jvm, url):
    balanced = url("loadBalanceHosts=true", "loginTimeout=60", host=f"{HOST},{REPLICA}", prefix=PREFIX, plugin=False)
    users = jvm("-Dpgiam.bridge=native").do("threads", balanced, "4", "8", "user=app_user").split()
    assert users == ["app_user"] * 32
    assert {attempt["verdict"] for attempt in rds.attempts()} == {"accepted"}


def test_what_the_user_says_of_tls_wins(rds, bridge, url):
    assert bridge.do("connect", "c", url(prefix=PREFIX, plugin=False), "user=app_user") == "app_user"
    for said in ("sslmode=prefer", "sslmode=disable"):
        weak = refused(bridge, "connect", "c", f"{PREFIX}//{HOST}:{rds.port}/postgres?{said}", "user=app_user")
        assert weak.state.startswith("28")
    assert all(attempt["verdict"] == "accepted" for attempt in rds.attempts())


@pytest.mark.parametrize("said, sslmode", SSL_WORDS.items())
def test_pgjdbcs_older_word_for_tls_is_read_as_pgjdbc_does(said, sslmode, rds, bridge):
    url = f"{PREFIX}//{HOST}:{rds.port}/postgres?{said}"
    if sslmode == "require":
        assert bridge.do("connect", "c", url, "user=app_user") == "app_user"
        return
    wrong = refused(bridge, "connect", "c", url, "user=app_user")
    if sslmode == "prefer":
        assert wrong.state.startswith("28")
    else:  # the emulator's CA is not the JVM's
        assert "PKIX" in wrong.trace or "certificate" in wrong.trace or "root.crt" in wrong.trace
    assert all(attempt["verdict"] == "accepted" for attempt in rds.attempts())


def test_the_users_own_socket_factory_is_kept_wherever_it_was_said(bridge, url):
    own = ("socketFactory=CountedSockets", "socketFactoryArg=x")
    before = int(bridge.do("sockets"))
    bridge.do("connect", "a", url(*own, prefix=PREFIX, plugin=False), "user=app_user")
    bridge.do("connect", "b", url(prefix=PREFIX, plugin=False), "user=app_user", *own)
    bridge.do("connect", "c", url(SOCKETS, prefix=PREFIX, plugin=False), "user=app_user")
    assert int(bridge.do("sockets")) == before + 2


def test_a_socket_factory_of_the_users_own_that_cannot_be_made_fails_as_with_pgjdbc(bridge, rds):
    wrong = f"{HOST}:{rds.port}/postgres?sslmode=require&socketFactory=java.lang.StringBuilder"
    theirs, ours = (refused(bridge, "connect", "c", f"{prefix}//{wrong}", "user=app_user") for prefix in ("jdbc:postgresql:", PREFIX))
    assert (ours.state, ours.message) == (theirs.state, theirs.message)
    assert "java.lang.StringBuilder" in ours.message and "pgiam" not in ours.message


def test_a_saved_password_works_as_with_pgjdbc(bridge, url):
    saved = url(prefix=PREFIX, plugin=False)
    assert bridge.do("connect", "c", saved, "user=plain", "password=open sesame") == "plain"


def test_a_saved_password_that_is_refused_is_said_to_have_kept_the_token_away(either_bridge, url):
    saved = url(prefix=PREFIX, plugin=False)
    wrong = refused(either_bridge, "connect", "c", saved, "user=plain", "password=close sesame")
    assert wrong.state == "28P01" and "\npgiam: the server refused a password that was given" in wrong.message
    assert "PGIAM_FORCE=yes" in wrong.message and "close sesame" not in wrong.trace
    elsewhere = refused(either_bridge, "connect", "c", saved.replace("/postgres?", "/nowhere?"), "user=plain", "password=open sesame")
    assert elsewhere.state == "3D000" and "pgiam" not in elsewhere.message


@pytest.mark.parametrize("options", [("-Dpgiam.bridge=native",), COMMAND_ONLY], ids=["native", "command"])
def test_a_refusal_is_explained_as_by_the_other_hosts(jvm, rds, url, options):
    one = jvm(*options)  # with nothing kept that is worth another try
    rds.refuse_next(count=1)
    wrong = refused(one, "connect", "c", url(prefix=PREFIX, plugin=False), "user=app_user")
    assert wrong.state.startswith("28") and "app_user" in wrong.message.splitlines()[0]
    assert "\npgiam: the server refused a token that was signed for" in wrong.message
    assert "rds-db:connect" in wrong.message and "To find out which: pgiam doctor" in wrong.message
    assert "X-Amz-Signature" not in wrong.trace


def test_a_failure_of_another_kind_speaks_for_itself(bridge, rds, url):
    lost = url(prefix=PREFIX, plugin=False).replace("/postgres?", "/nowhere?")
    missing = refused(bridge, "connect", "c", lost, "user=app_user")
    assert missing.state == "3D000" and "pgiam" not in missing.message


def test_a_refused_token_from_the_cache_is_renewed_once(jvm, rds, url):
    one = jvm("-Dpgiam.bridge=native")
    address = url(prefix=PREFIX, plugin=False)
    one.do("connect", "a", address, "user=app_user")
    rds.refuse_next(count=1)
    assert one.do("connect", "b", address, "user=app_user") == "app_user"
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted", "refused", "accepted"]
    rds.clear_attempts()
    rds.refuse_next(count=2)
    refused(one, "connect", "c", address, "user=app_user")
    assert len(rds.attempts()) == 2


def test_without_credentials_no_server_is_asked(jvm, rds):
    nobody = jvm(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_SESSION_TOKEN="", AWS_EC2_METADATA_DISABLED="true")
    failed = refused(nobody, "connect", "c", f"{PREFIX}//{HOST}:1/postgres", "user=app_user")
    assert failed.state == "28000" and failed.message.startswith("pgiam: ") and "environment" in failed.message


def test_a_login_time_out_holds_for_the_credentials_too(jvm, rds, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile slow]\ncredential_process = sleep 600\n")
    one, begun = jvm(), time.monotonic()
    slow = ("pgiam.profile=slow", "pgiam.timeout_ms=300000", "loginTimeout=1")
    late = refused(one, "connect", "c", f"{PREFIX}//{HOST}:1/postgres", "user=app_user", *slow)
    assert late.state == "28000" and time.monotonic() - begun < 120


def test_what_rules_a_token_out_is_refused_in_the_drivers_own_words(bridge, rds, url):
    address = url(prefix=PREFIX, plugin=False)
    for said in ("gssEncMode=require", "channelBinding=require", "requireAuth=scram-sha-256"):
        out = refused(bridge, "connect", "c", address, "user=app_user", said)
        assert out.state == "28000" and said in out.message
    assert bridge.do("connect", "c", f"{address}&gssEncMode=prefer", "user=app_user") == "app_user"
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"]


def test_the_strictest_sslmode_of_all_hosts_wins_over_the_users(bridge, rds):
    """Over a weaker one in the URL, too, where pgjdbc would look first."""
    demanded = f"{PREFIX}//{HOST},{REPLICA}/postgres?sslmode=require&pgiam.tls=verify-full".replace(
        f"{HOST},{REPLICA}", f"{HOST}:{rds.port},{REPLICA}:{rds.port}"
    )
    strict = refused(bridge, "connect", "c", f"{demanded}&sslrootcert=/nowhere", "user=app_user")
    assert "/nowhere" in strict.message and rds.attempts() == []
    assert bridge.do("connect", "c", f"{demanded}&sslrootcert={rds.ca_file}", "user=app_user") == "app_user"


def test_a_ca_that_is_named_and_no_sslmode_verifies_the_server(bridge, rds):
    """To pgjdbc alone it would verify nothing."""
    silent = f"{PREFIX}//{HOST}:{rds.port}/postgres?sslrootcert="
    strict = refused(bridge, "connect", "c", f"{silent}/nowhere", "user=app_user")
    assert "/nowhere" in strict.message and rds.attempts() == []
    assert bridge.do("connect", "c", silent + rds.ca_file, "user=app_user") == "app_user"


def test_a_plugin_of_the_users_own_is_left_alone(jvm, url):
    """Nobody asks for a token then, and so nobody misses the credentials for one."""
    one = jvm(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_SESSION_TOKEN="", AWS_EC2_METADATA_DISABLED="true")
    own = refused(one, "connect", "c", url("authenticationPluginClassName=Nowhere", prefix=PREFIX, plugin=False), "user=app_user")
    assert "Nowhere" in own.message and "pgiam" not in own.message


def test_options_of_tls_reach_pgjdbc(rds, bridge):
    verified = f"{PREFIX}//{HOST}:{rds.port}/postgres?pgiam.tls=verify-full&pgiam.sslrootcert="
    assert bridge.do("connect", "c", verified + rds.ca_file, "user=app_user") == "app_user"
    strict = refused(bridge, "connect", "d", f"{verified}/nowhere", "user=app_user")
    assert "/nowhere" in strict.message


def test_a_url_that_pgjdbc_cannot_read_is_refused_with_its_form(bridge):
    wrong = refused(bridge, "connect", "c", f"{PREFIX}//{HOST}:port/postgres", "user=app_user")
    assert "jdbc:pgiam:postgresql://HOST:PORT/DATABASE" in wrong.message


def test_a_pool_takes_the_url(rds, bridge, url):
    bridge.do("pool", "p", url(prefix=PREFIX, plugin=False), "user=app_user")
    assert bridge.do("ask", "p", "SELECT session_user") == "app_user"
    bridge.do("close", "p")


def test_the_dialog_lists_the_options_of_both(bridge):
    names = bridge.do("properties", f"{PREFIX}//{HOST}/postgres").split("\n")
    assert "pgiam.tls=require[require|verify-full|off]" in names
    assert "pgiam.force=no[yes|no]" in names
    assert any(name.startswith("pgiam.profile=") for name in names)
    assert any(name.startswith("sslrootcert=") for name in names)


def test_other_urls_are_left_to_other_drivers(jvm):
    for url in ("jdbc:pgiam:mysql://h/d", "jdbc:nothing://h/d"):
        with pytest.raises(Failure, match="No suitable driver"):
            jvm().do("connect", "c", url)


def test_a_missing_pgjdbc_is_named():
    program = [JAVA, "-cp", f"{CLASSES}:{JAR}", "Plain", f"{PREFIX}//{HOST}/postgres"]
    alone = subprocess.run(program, capture_output=True, text=True, timeout=240)
    assert "PostgreSQL's JDBC driver, 42.3.2 or later, is not beside pgiam-jdbc.jar" in alone.stdout
    assert "NoClassDefFoundError" not in alone.stdout + alone.stderr


def test_sqlline_reconnects_with_a_fresh_token(rds, jvm, environment, tmp_path):
    """A real program of the command line; its ! commands stand for what IDEs do."""
    script = "SELECT session_user;\nSELECT pg_terminate_backend(pg_backend_pid());\n!reconnect\nSELECT session_user;\n!quit\n"
    sqlline = [
        *(JAVA, f"-Djdk.net.hosts.file={rds.hosts_file}", f"-Duser.home={tmp_path}"),
        *("-cp", f"/usr/share/java/sqlline.jar:/usr/share/java/jline.jar:{JAR}:{LIBRARIES}", "sqlline.SqlLine"),
        *("-d", "org.pgiam.jdbc.PgiamDriver", "-u", f"{PREFIX}//{HOST}:{rds.port}/postgres"),
        *("-n", "app_user", "-p", ""),
    ]
    ended = subprocess.run(sqlline, env=environment, input=script, capture_output=True, text=True, timeout=240)
    assert ended.stdout.count("app_user") >= 2, ended.stdout + ended.stderr
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"] * 2
