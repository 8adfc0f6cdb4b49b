"""The example of an IDE that embeds pgiam, against the RDS emulator and AWS's services."""

import os
import socket
import time
from pathlib import Path

import pytest

ROLE = "arn:aws:iam::123456789012:role/dba"
DEVICE = "arn:aws:iam::123456789012:mfa/ann"


@pytest.fixture
def mfa(aws, server):
    """The words and variables of a connection whose role wants the code 271828."""
    aws.sts.add_role(ROLE, mfa_serial=DEVICE, mfa_code="271828")
    words = [*server(), f"pgiam.role_arn={ROLE}", f"pgiam.mfa_serial={DEVICE}"]
    return words, aws.environment("sts")


@pytest.fixture
def identity_center(aws, tmp_path):
    """A profile whose person has not signed in; the variables that lead there."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(
        "[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Developer\n"
        f"[sso-session corp]\nsso_start_url = {aws.identity_center.start_url}\nsso_region = us-east-1\n"
        "sso_registration_scopes = sso:account:access\n"
    )
    return {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, **aws.environment("portal", "oidc")}


@pytest.fixture
def deaf_port():
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def verdicts(rds):
    return [attempt["verdict"] for attempt in rds.attempts()]


def end_in_time(running, seconds=9):
    """Sooner than its time would be up."""
    started = time.monotonic()
    status = running.end()
    assert time.monotonic() - started < seconds
    return status


def test_the_dialog_has_a_line_for_each_option_of_the_library(plugin_host):
    host = plugin_host("options")
    assert host.end() == 0
    control = {line.rpartition("pgiam.")[2].split(",")[0]: line for line in host.said}
    assert "AWS profile " in control["profile"] and "PGIAM_PROFILE" in control["profile"]
    assert "(*) require  ( ) verify-full  ( ) off" in control["tls"]
    assert "[ ]" in control["force"] and "[10000 " in control["timeout_ms"] and "[Browse]" in control["sslrootcert"]
    assert len(control) == len(host.said) >= 17


def test_each_sql_gets_its_own_connection_with_a_token(plugin_host, server, rds):
    host = plugin_host(*server(), "--", "SELECT session_user", "SELECT 6*7")
    assert (host.end(), host.said) == (0, ["app_user", "42"])
    assert verdicts(rds) == ["accepted"] * 2


def test_a_kept_token_that_is_refused_is_replaced_once(plugin_host, server, rds):
    rds.admin_sql("CREATE TABLE IF NOT EXISTS gate (opened bool); GRANT ALL ON gate TO app_user; TRUNCATE gate")
    wait = "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM gate) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$"
    host = plugin_host(*server(), "--", wait, "SELECT session_user")
    while not rds.attempts():
        assert host.process.poll() is None
        time.sleep(0.02)
    rds.refuse_next()
    rds.admin_sql("INSERT INTO gate VALUES (true)")
    assert host.end() == 0
    assert host.said == ["Note: a kept token was refused; trying once more with a new one", "app_user"]
    assert verdicts(rds) == ["accepted", "refused", "accepted"]
    signed = [attempt["signed_at"] for attempt in rds.attempts()]
    assert signed[0] == signed[1]


def test_a_new_token_that_is_refused_is_not_tried_again(plugin_host, server, rds):
    rds.refuse_next()
    host = plugin_host(*server())
    assert host.end() == 1
    assert verdicts(rds) == ["refused"] and 'PAM authentication failed for user "app_user"' in host.said[0]


def test_without_credentials_nothing_is_sent_and_the_error_says_what_was_tried(plugin_host, server, rds):
    before = rds.connections()
    host = plugin_host(*server(), AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    assert (host.end(), rds.connections()) == (1, before)
    assert host.said[0].startswith("Cannot sign in: ")
    assert [line for line in host.said if line.startswith("  tried aws.environment: ")]
    assert host.said[-1].startswith("  what to do: ") and len(host.said[-1]) > len("  what to do: ")


def test_an_option_that_does_not_exist_is_named_with_the_nearest(plugin_host, server):
    host = plugin_host(*server(), "pgiam.profil=dev")
    assert host.end() == 1
    assert '"profil"' in host.said[0] and '"profile"' in host.said[-1]


def test_a_fetch_is_cancelled_at_once(plugin_host, mfa, aws, rds):
    aws.fault("sts", "hang")
    words, variables = mfa
    host = plugin_host(*words, **variables)
    host.expect("Code of")
    host.type("271828")
    while not aws.requests("sts"):
        time.sleep(0.02)
    host.cancel()
    assert end_in_time(host) == 1
    assert "Cannot sign in: " in " ".join(host.said) and verdicts(rds) == []


def test_a_prompt_that_nobody_answers_is_cancelled_at_once(plugin_host, mfa, rds):
    words, variables = mfa
    host = plugin_host(*words, **variables)
    host.expect("Code of " + DEVICE)
    host.cancel()
    assert end_in_time(host) == 1 and verdicts(rds) == []


def test_a_server_that_does_not_answer_is_cancelled_at_once(plugin_host, server, deaf_port):
    host = plugin_host(*server(port=deaf_port, hostaddr="127.0.0.1"))
    ready = Path(f"/proc/{host.process.pid}/net/tcp")
    while f":{deaf_port:04X} 01 " not in ready.read_text():
        assert host.process.poll() is None
        time.sleep(0.02)
    host.cancel()
    assert (end_in_time(host), host.said) == (1, ["Cancelled"])


def test_the_code_of_an_mfa_device_is_asked_for_until_it_is_right(plugin_host, mfa, rds):
    words, variables = mfa
    host = plugin_host(*words, **variables)
    host.expect("Code of " + DEVICE)
    host.type("000000")
    host.expect("That code was wrong.")
    host.expect("Code of " + DEVICE)
    host.type("271828")
    host.expect("app_user")
    assert host.end() == 0 and verdicts(rds) == ["accepted"]


def test_no_code_means_no(plugin_host, mfa):
    words, variables = mfa
    host = plugin_host(*words, **variables)
    host.expect("Code of")
    host.type("")
    assert host.end() == 1
    assert "Cannot sign in: " in " ".join(host.said)


def test_a_person_signs_in_with_the_browser(plugin_host, server, identity_center, rds):
    host = plugin_host(*server(), "pgiam.profile=dev", **identity_center)
    shown = host.expect("confirm the code")
    assert "https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH" in shown and "ABCD-EFGH" in shown
    host.expect("(the prompt closes)")
    host.expect("app_user")
    assert host.end() == 0 and verdicts(rds) == ["accepted"]


def test_a_sign_in_is_cancelled_at_once(plugin_host, server, identity_center, aws):
    aws.identity_center.pending = 1000
    host = plugin_host(*server(), "pgiam.profile=dev", **identity_center)
    host.expect("confirm the code")
    host.cancel()
    assert end_in_time(host) == 1


def test_a_password_that_was_typed_wins(plugin_host, server, rds):
    host = plugin_host(*server(user="plain", password="open sesame"), "--", "SELECT session_user")
    assert (host.end(), host.said) == (0, ["plain"])


def test_without_the_library_it_goes_on_and_says_where_it_looked(plugin_host, server):
    host = plugin_host(*server(user="plain", password="open sesame"), PGIAM_LIBRARY=os.devnull)
    assert host.end() == 0
    assert host.said[0] == "Note: going on without pgiam"
    assert host.said[1].startswith(os.devnull + ": ") and host.said[-1] == "plain"
