"""Every way to connect gets a token that the server accepts; what is not ours passes through."""

import pytest

CALLS = ["connectdb", "connectdbParams", "connectStart", "connectStartParams"]


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
