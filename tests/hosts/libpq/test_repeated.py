"""A program that connects in the same way again and again: libpq is not asked each time what it would do, and yet whatever
has changed meanwhile counts."""

import pytest
from rds_clients import until

OTHER = "other_user"


@pytest.fixture
def other_user(rds):
    if OTHER not in rds._roles:
        rds.add_user(OTHER)


def connect(program, conninfo, times=3):
    for _ in range(times):
        assert program.do("connectdb", conninfo).startswith("ok"), program.message()


def test_two_ways_take_turns(rds, client, other_user):
    program = client()
    for user in ("app_user", OTHER, "app_user", OTHER):
        connect(program, rds.conninfo(user))
        assert program.do("query") == user


def test_more_ways_than_are_remembered_work_too(rds, client, verdicts):
    program = client()
    ways = [rds.conninfo(application_name=f"number {i}") for i in range(40)]
    for way in ways + ways:
        connect(program, way, times=1)
    assert verdicts() == ["accepted"] * 80


def test_a_changed_variable_counts_at_once(rds, client, other_user):
    variables = {"PGHOST": rds.host, "PGHOSTADDR": "127.0.0.1", "PGPORT": str(rds.port), "PGDATABASE": "postgres"}
    program = client(**variables, PGUSER="app_user", PGSSLROOTCERT=rds.ca_file, PGSSLMODE="verify-full")
    connect(program, "")
    program.do("setenv", "PGUSER", OTHER)
    connect(program, "")
    assert program.do("query") == OTHER


def test_a_password_in_a_variable_counts_at_once(rds, client, verdicts):
    program = client()
    connect(program, rds.conninfo())
    program.do("setenv", "PGPASSWORD", "not a token")
    assert program.do("connectdb", rds.conninfo()) == "bad"
    assert verdicts() == ["accepted"] * 3 + ["refused"]


@pytest.mark.parametrize("way", ["service=orders", "postgresql://?service=orders", "postgresql://?%73ervice=orders"])
def test_a_changed_service_counts_at_once(way, rds, client, other_user, tmp_path):
    service = tmp_path / "services"
    program = client(PGSERVICEFILE=str(service), PGSSLROOTCERT=rds.ca_file)
    for user in ("app_user", OTHER):
        lines = rds.conninfo(user, sslmode=None, sslrootcert=None).replace("'", "").replace(" ", "\n")
        service.write_text(f"[orders]\n{lines}\n")
        connect(program, way)
        assert program.do("query") == user


def test_a_password_file_that_comes_and_goes_counts_within_seconds(rds, client, tmp_path):
    file = tmp_path / "passwords"
    program = client(PGPASSFILE=str(file))
    connect(program, rds.conninfo())
    file.write_text("*:*:*:*:not a token\n")
    file.chmod(0o600)
    until(lambda: program.do("connectdb", rds.conninfo()) == "bad")
    assert program.do("connectdb", rds.conninfo()) == "bad"
    file.unlink()
    until(lambda: program.do("connectdb", rds.conninfo()).startswith("ok"))


def test_force_that_comes_later_counts(rds, client, tmp_path, verdicts):
    file = tmp_path / "passwords"
    file.write_text("*:*:*:*:not a token\n")
    file.chmod(0o600)
    program = client(PGPASSFILE=str(file))
    for _ in range(2):
        assert program.do("connectdb", rds.conninfo()) == "bad"
    program.do("setenv", "PGIAM_FORCE", "yes")
    assert program.do("connectdb", rds.conninfo()).startswith("ok"), program.message()
    assert verdicts()[-1] == "accepted"
