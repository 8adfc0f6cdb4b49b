"""pgiam doctor: one verdict first, then what each step found; every verdict is provoked for real."""

import json

import pytest
from conftest import SECRET, SESSION_TOKEN, Emulator  # noqa: F401

STEPS = ["configuration", "target", "region", "credentials", "clock", "name", "port", "tls", "login", "hook"]


@pytest.fixture(scope="session")
def instance():
    with Emulator(passwords={"plain": "open sesame"}) as emulator:
        yield emulator


@pytest.fixture
def variables(rds):
    """Those of a user who may log in."""
    return {name: value for name, value in rds.environment().items() if name.startswith("AWS_")}


@pytest.fixture
def doctor(pgiam, variables):
    """doctor(conninfo, words…, VARIABLE=value) → the JSON object, with its exit status and outcomes by step."""

    def ask(*words, **changes):
        ended = pgiam("doctor", "--json", *words, **(variables | changes))
        assert ended.stderr == ""
        told = json.loads(ended.stdout)
        told["status"] = ended.returncode
        told["outcomes"] = {step["step"]: step["outcome"] for step in told["steps"]}
        return told

    return ask


def test_it_works(doctor, rds):
    told = doctor(rds.conninfo())
    assert (told["verdict"]["code"], told["do"], told["status"]) == ("works", [], 0)
    assert list(told["outcomes"]) == STEPS
    assert set(told["outcomes"].values()) <= {"ok", "skipped"}
    assert [attempt["verdict"] for attempt in rds.attempts()] == ["accepted"]


def test_a_user_outside_rds_iam_is_told_the_grant(doctor, rds):
    told = doctor(rds.conninfo("plain"))
    assert (told["verdict"]["code"], told["do"], told["status"]) == ("no_rds_iam", ['GRANT rds_iam TO "plain";'], 4)
    assert told["outcomes"]["login"] == "failed" and "hook" not in told["outcomes"]
