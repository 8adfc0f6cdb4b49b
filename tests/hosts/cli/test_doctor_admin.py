"""pgiam doctor --admin: what another login, which works, tells of the role that is refused."""

import pytest
from conftest import SECRET
from doctor_fixtures import doctor, rds, variables  # noqa: F401
from rds_emulator import Emulator

WORD = "canary-of-the-boss"


@pytest.fixture(scope="session")
def instance():
    with Emulator(passwords={"plain": "open sesame", "boss": WORD, "Mixed": "x"}) as emulator:
        emulator.add_user("Upper")
        emulator.admin_sql("CREATE ROLE team NOLOGIN; GRANT rds_iam TO team; CREATE ROLE ann LOGIN; GRANT team TO ann;")
        emulator.admin_sql("CREATE ROLE king LOGIN SUPERUSER PASSWORD 'x'")
        yield emulator


@pytest.fixture
def boss(home):
    """Its password, where libpq finds it."""
    (home / ".pgpass").write_text(f"*:*:*:boss:{WORD}\n")
    (home / ".pgpass").chmod(0o600)
    return "user=boss"


def test_a_role_that_is_well_is_told_with_the_way_to_rds_iam(doctor, rds, boss):
    told = doctor(rds.conninfo("ann"), "--admin", boss)
    assert told.code == "works" and told.outcome("role") == "ok"
    assert '"ann" is there, may log in, and is a member of rds_iam by team' in told.detail("role")
    assert f'asked as "boss" at {rds.host}:{rds.port}' in told.detail("role")


@pytest.mark.parametrize(
    "user, code, said, do",
    [
        ("plain", "no_rds_iam", 'the role "plain" is not a member of rds_iam', 'GRANT rds_iam TO "plain";'),
        ("king", "no_rds_iam", 'the role "king" is not a member of rds_iam', 'GRANT rds_iam TO "king";'),  # a superuser is none either
        ("upper", "user_spelling", 'there is no role "upper", but "Upper"', "user=Upper"),
        ("mixed ", "user_spelling", 'there is no role "mixed ", but "Mixed"', "user=Mixed"),
        ("app_usr", "no_role", 'near to it there is "app_user"', "user=app_user"),
        ("quartermaster", "no_role", 'there is no role "quartermaster"', 'CREATE USER "quartermaster"; GRANT rds_iam TO "quartermaster";'),
    ],
)
def test_what_is_wrong_with_the_role_is_certain(user, code, said, do, doctor, rds, boss):
    told = doctor(rds.conninfo(user), "--admin", boss)
    assert (told.code, told.status, told.json["verdict"]["certain"]) == (code, 4, True), told.sentence
    assert said in told.sentence and told.do[0] == do
    assert "the server's catalogue" in told.json["verdict"]["evidence"]


def test_without_it_the_verdict_names_it(doctor, rds):
    told = doctor(rds.conninfo("plain"))
    assert told.code == "no_rds_iam" and not told.json["verdict"]["certain"]
    assert any("--admin" in do for do in told.do) and "role" not in told.steps


def test_a_good_role_rules_its_causes_out(doctor, rds, boss):
    rds.refuse_next(count=2, reason="AccessDenied")
    told = doctor(rds.conninfo(), "--admin", boss)
    assert told.status == 4 and not {"no_rds_iam", "no_role", "user_spelling"} & {told.code, *told.causes}


def test_one_more_login_is_made_and_no_second(doctor, rds, boss):
    before = rds.connections()
    doctor(rds.conninfo("plain"), "--admin", boss)
    first = rds.connections() - before
    before = rds.connections()
    doctor(rds.conninfo("plain"))
    assert first == rds.connections() - before + 1


def test_offline_makes_none(doctor, rds, boss):
    told = doctor(rds.conninfo("plain"), "--offline", "--admin", boss)
    assert told.outcome("role") == "skipped" and told.code == "no_rds_iam" and not told.json["verdict"]["certain"]


def test_a_password_in_the_string_is_refused_with_the_reason(pgiam, variables, rds):
    for admin in ("user=boss password=oops", "postgresql://boss:oops@db/postgres"):
        ended = pgiam("doctor", rds.conninfo(), "--admin", admin, **variables)
        assert ended.returncode == 2 and "list of processes" in ended.stderr and "password file" in ended.stderr
        assert "oops" not in ended.stdout + ended.stderr


def test_its_password_may_come_from_a_service(doctor, rds, home):
    (home / ".pg_service.conf").write_text(
        f"[admin]\nhost={rds.host}\nhostaddr=127.0.0.1\nport={rds.port}\nuser=boss\npassword={WORD}\ndbname=postgres\n"
        f"sslmode=verify-full\nsslrootcert={rds.ca_file}\n"
    )
    told = doctor(rds.conninfo("plain"), "--admin", "service=admin")
    assert told.code == "no_rds_iam" and "not a member" in told.sentence, told.detail("role")


@pytest.mark.parametrize("lines, said", [("", "no password is known"), ("*:*:*:boss:wrong\n", "authentication failed")])
def test_one_that_does_not_get_in_is_told_and_changes_nothing(lines, said, doctor, rds, home):
    (home / ".pgpass").write_text(lines)
    (home / ".pgpass").chmod(0o600)
    told = doctor(rds.conninfo("plain"), "--admin", "user=boss")
    assert told.code == "no_rds_iam" and told.outcome("role") == "skipped" and said in told.detail("role")


def test_who_sits_at_a_terminal_is_asked_for_it_and_does_not_see_it(terminal, variables, rds):
    with terminal("doctor", "--admin", "user=boss", rds.conninfo("plain"), **variables) as command:
        command.read_until("Password of boss (--admin): ")
        assert not command.shows_what_is_typed()
        command.type(WORD + "\n")
        command.read_until("\n")
        shown, status = command.finish()
        assert status == 4 and 'the role "plain" is not a member of rds_iam' in " ".join(shown.split())
        assert WORD not in shown + command.stderr and SECRET not in shown
