"""node-postgres, and with it what hands a password function on, against the emulator."""

import pytest
from conftest import HOST, NSS_WRAPPER, modules
from installed_roots import AMAZONS, install_roots, of_the_instance
from rds_emulator import Emulator
from rds_fixtures import rds, verdicts  # noqa: F401

pytestmark = pytest.mark.skipif(not NSS_WRAPPER, reason="libnss_wrapper is not installed")


@pytest.fixture(scope="module")
def instance():
    with Emulator(endpoints=[HOST], users=["app_user", "ann"], passwords={"plain": "open sesame"}) as emulator:
        yield emulator


def version():
    import json

    return tuple(map(int, json.loads((modules() / "pg/package.json").read_text())["version"].split(".")[:2]))


POOL = """
const pg = require('pg');
const pool = new pg.Pool({ ...where, max: 2, password: pgiam.password(given) });
pool.on('error', () => {});  // of sessions that were killed while they idled
const ask = async () => (await pool.query(SESSION)).rows[0];
const persist = async (work) => { for (let i = 0; i < 20; ++i) try { return await work(); } catch {} return work(); };
"""
SAID = "const given = { host: where.host, port: where.port, user: where.user };"


def test_a_pool_logs_in_and_again_when_its_sessions_are_gone(program, rds, verdicts):  # noqa: F811
    with program(SAID + POOL + "tell(await ask()); await wait(); tell(await persist(ask));") as running:
        assert running.told() == {"session_user": "app_user", "ssl": True}
        rds.kill_backends()
        running.goes_on()
        assert running.told() == {"session_user": "app_user", "ssl": True}
    assert verdicts() == ["accepted", "accepted"]


def test_a_driver_that_hands_nothing_over_is_told_apart(program, verdicts):  # noqa: F811
    with program("const given = undefined;" + POOL + "tell(await ask().catch(told));") as running:
        said = running.told()
    if version() >= (8, 19):
        assert said == {"session_user": "app_user", "ssl": True}
    else:
        assert said["code"] == "no_parameters" and "8.19" in said["message"] and "pgiam.password({host, port, user})" in said["message"]
        assert verdicts() == []


@pytest.mark.parametrize("ssl", [False, None])
def test_without_tls_there_is_no_token(program, rds, ssl):  # noqa: F811
    """As pg 8.19 calls it; the server is not even reached with a password."""
    with program("tell(await pgiam.password()(where).catch(told));", ssl=ssl) as running:
        said = running.told()
    assert said["status"] == "INSECURE" and "ssl is not set" in said["message"] and "ssl: {ca}" in said["message"]
    assert rds.attempts() == []


@pytest.mark.parametrize("ssl", [True, {"rejectUnauthorized": False}, {"ca": "…"}, "no-verify"])
def test_with_tls_there_is(program, ssl):
    with program("tell((await pgiam.password()(where)).split('&')[1]);", ssl=ssl) as running:
        assert running.told() == "DBUser=app_user"


def test_what_is_not_ours_gets_the_users_own(program):
    with program("tell(await pgiam.password()({ ...where, host: 'localhost' }).catch(told));", {"PGPASSWORD": "open sesame"}) as running:
        assert running.told() == "open sesame"
    with program("tell(await pgiam.password()({ ...where, host: 'localhost' }).catch(told));") as running:
        assert running.told()["status"] == "NOT_APPLICABLE"
    with program("tell(await pgiam.password()(where).catch(told));", {"PGIAM_DISABLE": "1", "PGPASSWORD": "open sesame"}) as running:
        assert running.told() == "open sesame"


def test_a_refusal_is_the_drivers_error_of_ours(program):
    text = SAID + POOL + "tell(await ask().catch(told));"
    with program(text, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": ""}) as running:
        assert running.told()["status"] == "NO_CREDENTIALS"


def test_a_thousand_who_wait_for_a_pool_make_one_fetch(program, rds, verdicts):  # noqa: F811
    key = next(iter(rds.keys.values()))
    credentials = {"accessKeyId": key.id, "secretAccessKey": key.secret, "sessionToken": key.session_token}
    text = """
      let asked = 0;
      const credentials = async () => { ++asked; await new Promise((go) => setTimeout(go, 20)); return where.credentials; };
      const given = { host: where.host, port: where.port, user: where.user, credentials };
    """ + POOL + "const all = await Promise.all(Array.from({ length: 1000 }, ask)); tell([all.length, asked]);"
    with program(text, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, credentials=credentials) as running:
        assert running.told() == [1000, 1]
    assert set(verdicts()) == {"accepted"} and len(verdicts()) <= 2


# ---- Whom they connect to, where nobody says anything of TLS ----

SSL = "const ssl = pgiam.ssl({ host: where.host, port: where.port, user: where.user });"
SILENT = {
    "pg.Pool": SAID + SSL + "const pg = require('pg'); const pool = new pg.Pool({ ...where, ssl, password: pgiam.password(given) });"
               "const see = async () => (await pool.query(SESSION)).rows[0];",
    "pgiam.pg.connect": "const see = async () => { const client = await pgiam.pg.connect(require('pg').Client, where); return (await client.query(SESSION)).rows[0]; };",
}  # fmt: skip


@pytest.mark.parametrize("way", SILENT)
def test_with_an_installed_bundle_the_server_is_verified(program, rds, verdicts, tmp_path, way):  # noqa: F811
    def said():
        with program(SILENT[way] + "tell(await see().catch(told));", {"HOME": str(tmp_path)}, ssl=None) as running:
            return running.told()

    assert said() == {"session_user": "app_user", "ssl": True}
    install_roots(tmp_path, AMAZONS)
    assert "certificate" in said()["message"]
    install_roots(tmp_path, of_the_instance(rds))
    assert said() == {"session_user": "app_user", "ssl": True}
    assert verdicts() == ["accepted", "accepted"]


def test_verify_full_without_a_bundle_does_not_go_unverified(program, rds):  # noqa: F811
    with program(WHOLE + SEE + "tell(await see({ tls: 'verify-full' }).catch(told));", ssl=None) as running:
        assert "certificate" in running.told()["message"]
    assert rds.attempts() == []


# ---- The whole connection ----

WHOLE = "const pg = require('pg'); const connect = (more) => pgiam.pg.connect(pg.Client, { ...where, ...more });"
SEE = "const see = async (more) => { const client = await connect(more); const row = (await client.query(SESSION)).rows[0]; await client.end(); return row; };"


@pytest.mark.parametrize("ssl", [None, {"rejectUnauthorized": False}, "the CA"])
def test_a_whole_connection_has_tls(program, verdicts, ssl):  # noqa: F811
    changes = {} if ssl == "the CA" else {"ssl": ssl}
    with program(WHOLE + SEE + "tell(await see());", **changes) as running:
        assert running.told() == {"session_user": "app_user", "ssl": True}
    assert verdicts() == ["accepted"]


def test_a_whole_connection_without_tls_is_none(program, rds):  # noqa: F811
    with program(WHOLE + SEE + "tell(await see().catch(told));", ssl=False) as running:
        assert running.told()["status"] == "INSECURE"
    assert rds.attempts() == []


def test_a_kept_token_that_is_refused_is_made_anew_once(program, rds, verdicts):  # noqa: F811
    with program(WHOLE + SEE + "tell(await see()); await wait(); tell(await see());") as running:
        assert running.told()["ssl"]
        rds.expire_tokens()
        running.goes_on()
        assert running.told() == {"session_user": "app_user", "ssl": True}
    assert verdicts()[0] == verdicts()[-1] == "accepted" and len(verdicts()) == 3


def test_a_refusal_is_explained(program, rds):  # noqa: F811
    rds.refuse_next(reason="AccessDenied")
    text = "tell(await see().catch((error) => ({ ...told(error), cause: error.cause.code, kind: error instanceof pgiam.PgiamError })));"
    with program(WHOLE + SEE + text) as running:
        said = running.told()
    assert (said["status"], said["cause"], said["kind"]) == ("DENIED", "28000", True)
    assert said["causes"] and all(said["causes"]) and "X-Amz" not in said["message"]


def test_what_has_nothing_to_do_with_the_token_is_told_in_the_drivers_words(program):
    with program(WHOLE + SEE + "tell(await see({ database: 'no_such_database' }).catch(told));") as running:
        said = running.told()
    assert "no_such_database" in said["message"] and "status" not in said


def test_a_password_of_the_users_own_wins(program):
    with program(WHOLE + SEE + "tell(await see({ user: 'plain', password: 'open sesame' }));") as running:
        assert running.told()["session_user"] == "plain"


def test_a_given_password_that_is_refused_is_said_to_have_kept_the_token_away(program):
    text = "tell(await see({ user: 'plain', password: 'close sesame' }).catch((error) => ({ ...told(error), cause: error.cause.code })));"
    with program(WHOLE + SEE + text) as running:
        said = running.told()
    assert (said["status"], said["code"], said["cause"]) == ("DENIED", "password_given", "28P01")
    text = "tell(await see({ user: 'plain', password: 'open sesame', database: 'nowhere' }).catch(told));"
    with program(WHOLE + SEE + text) as running:
        said = running.told()
    assert "status" not in said and "nowhere" in said["message"]
