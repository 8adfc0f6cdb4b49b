"""pgiam setup: the SQL is run by a real PostgreSQL, the policy is judged as IAM would, and the user logs in."""

import json

import pytest
from conftest import HOST
from rds_clients import psql

ACCOUNT, RESOURCE = "123456789012", "db-EMULATOR"  # the emulator's
PLACE = ["--account", ACCOUNT, "--resource-id", RESOURCE, "--host", HOST]
ODD_NAMES = [
    "plain",
    "UPPER lower",
    'quo"ted',
    "it's",
    "back\\slash'",
    "söhne",
    "日本語",
    "select",
    "semi; DROP ROLE rds_iam; --",
    "line\nbreak",
    "$do$ $do_$",
    "*?${x}",
    "x" * 63,
]


@pytest.fixture
def setup_sql(pgiam, rds):
    """setup_sql(words…) makes the SQL and runs it as an administrator does."""

    def run(*words):
        done = pgiam("setup", "sql", *words)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        rds.admin_sql(done.stdout)

    return run


@pytest.fixture
def shop(rds):
    """A schema with a table, a sequence and a function, all of them the administrator's."""
    rds.admin_sql(
        'DROP SCHEMA IF EXISTS "Shop" CASCADE; CREATE SCHEMA "Shop"; CREATE TABLE "Shop".old (id serial, name text);'
        'CREATE FUNCTION "Shop".f() RETURNS int LANGUAGE sql AS $$SELECT 1$$;'
        'REVOKE ALL ON FUNCTION "Shop".f() FROM PUBLIC;'
    )
    return "Shop"


@pytest.fixture
def as_user(pgiam, rds):
    """as_user(name, sql) logs in with a token; psql's result."""

    def run(user, sql="SELECT session_user"):
        conninfo = rds.conninfo(user)
        token = pgiam("token", conninfo)
        assert token.returncode == 0, token.stderr
        return psql(conninfo, token.stdout.rstrip("\n"), sql)

    return run


def allowed(done):
    assert "permission denied" in done.stderr or done.returncode == 0, done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("user", ODD_NAMES)
def test_a_created_user_logs_in_with_a_token_whatever_its_name(user, setup_sql, as_user):
    setup_sql("--user", user, "--create")
    done = as_user(user)
    assert (done.stdout, done.stderr) == (user + "\n", "")


def test_it_may_be_run_again(setup_sql, shop):
    for _ in range(2):
        setup_sql("--user", "again", "--create", "--grant", "all", "--schema", shop)


READ, INSERT = 'SELECT count(*) FROM "Shop".%s', "INSERT INTO \"Shop\".%s (name) VALUES ('x')"
UPDATE, DELETE = "UPDATE \"Shop\".%s SET name = 'y'", 'DELETE FROM "Shop".%s'
TRUNCATE = 'TRUNCATE "Shop".%s'


@pytest.mark.parametrize(
    "grant, may",
    [
        (None, []),
        ("read", [READ]),
        ("write", [READ, INSERT, UPDATE, DELETE]),
        ("all", [READ, INSERT, UPDATE, DELETE, TRUNCATE]),
    ],
)
def test_the_user_may_do_what_was_granted_and_no_more_also_with_tables_made_later(
    grant, may, setup_sql, as_user, shop, rds
):
    user = f"who may {grant}"
    setup_sql("--user", user, "--create", *(["--grant", grant, "--schema", shop] if grant else []))
    rds.admin_sql('CREATE TABLE "Shop".later (id serial, name text); CREATE TABLE public.not_theirs ();')
    try:
        for table in ("old", "later"):
            for statement in (READ, INSERT, UPDATE, DELETE, TRUNCATE):
                assert allowed(as_user(user, statement % table)) is (statement in may), statement % table
        assert allowed(as_user(user, 'CREATE TABLE "Shop".own ()')) is (grant == "all")
        assert allowed(as_user(user, 'SELECT "Shop".f()')) is (grant == "all")
        assert not allowed(as_user(user, "SELECT * FROM public.not_theirs"))
    finally:
        rds.admin_sql("DROP TABLE public.not_theirs")


def test_a_view_and_the_value_of_a_sequence_are_read_but_not_moved(setup_sql, as_user, shop, rds):
    setup_sql("--user", "reader", "--create", "--grant", "read", "--schema", shop)
    rds.admin_sql('CREATE VIEW "Shop".view AS SELECT 1')
    assert allowed(as_user("reader", 'SELECT * FROM "Shop".view'))
    assert allowed(as_user("reader", 'SELECT last_value FROM "Shop".old_id_seq'))
    assert not allowed(as_user("reader", "SELECT nextval('\"Shop\".old_id_seq')"))


def test_tables_of_another_owner_are_named_by_the_owner(setup_sql, as_user, shop, rds):
    rds.admin_sql('CREATE ROLE "Maker"; GRANT CREATE, USAGE ON SCHEMA "Shop" TO "Maker";')
    setup_sql("--user", "theirs", "--create", "--grant", "read", "--schema", shop, "--owner", "Maker")
    rds.admin_sql('SET ROLE "Maker"; CREATE TABLE "Shop".made ()')
    assert allowed(as_user("theirs", READ % "made"))


def test_several_schemas_and_a_database_that_not_everybody_may_use(setup_sql, as_user, rds):
    rds.admin_sql('CREATE SCHEMA "a""b"; CREATE SCHEMA two; CREATE TABLE "a""b".t (); CREATE TABLE two.t ();')
    words = ["--grant", "read", "--schema", 'a"b', "--schema", "two", "--dbname", "postgres"]
    setup_sql("--user", "both", "--create", *words)
    assert as_user("both", 'SELECT FROM "a""b".t, two.t').returncode == 0
    privileges = rds.admin_sql("SELECT datacl::text FROM pg_database WHERE datname = 'postgres'")
    assert "both=c/" in privileges


@pytest.mark.parametrize(
    "words, hint",
    [
        ([], "--user NAME"),
        (["--user", "a", "--schema", "s"], "--grant"),
        (["--user", "a", "--grant", "some"], "read, write or all"),
        (["--user", "x" * 64], "63 bytes"),
        (["--user", "a", "--grant", "read", "--schema", "é" * 32], "63 bytes"),
        (["--usr", "a"], "--user"),
    ],
)
def test_mistakes_in_the_sql_are_told(words, hint, pgiam):
    done = pgiam("setup", "sql", *words)
    assert (done.returncode, done.stdout) == (2, "") and hint in done.stderr


def policy_of(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def with_policy(rds, environment):
    """with_policy(document) puts it on the key that pgiam uses, and nothing else."""
    yield lambda policy: rds.add_key("AKIDEXAMPLE", "canary-of-the-secret-key", policy=policy)
    rds.add_key("AKIDEXAMPLE", "canary-of-the-secret-key")


def test_the_policy_lets_its_user_in_and_nobody_else(pgiam, setup_sql, with_policy, as_user, rds):
    setup_sql("--user", "let in", "--create")
    setup_sql("--user", "let in too", "--create")
    done = pgiam("setup", "policy", "--user", "let in", *PLACE)
    arn = f"arn:aws:rds-db:eu-west-1:{ACCOUNT}:dbuser:{RESOURCE}/let in"
    assert policy_of(done)["Statement"] == [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": [arn]}]
    with_policy(done.stdout)
    assert as_user("let in").returncode == 0
    assert as_user("let in too").returncode == 2
    assert rds.attempts()[-1]["reason"] == "NotAuthorized"


@pytest.mark.parametrize("user", ["*", "?", "${aws:username}", "$", 'a"b', "söhne"])
def test_a_name_in_the_policy_is_just_that_name(user, pgiam, setup_sql, with_policy, as_user):
    setup_sql("--user", user, "--create")
    setup_sql("--user", "X", "--create")
    with_policy(pgiam("setup", "policy", "--user", user, *PLACE).stdout)
    assert as_user(user).returncode == 0
    assert as_user("X").returncode == 2


def test_another_database_is_out_of_reach(pgiam, setup_sql, with_policy, as_user):
    setup_sql("--user", "elsewhere", "--create")
    place = ["--account", ACCOUNT, "--host", HOST, "--resource-id"]
    with_policy(pgiam("setup", "policy", "--user", "elsewhere", *place, "cluster-OTHER").stdout)
    assert as_user("elsewhere").returncode == 2
    with_policy(pgiam("setup", "policy", "--user", "elsewhere", *place, "prx-1", "--resource-id", RESOURCE).stdout)
    assert as_user("elsewhere").returncode == 0


def test_wildcards_are_there_on_request(pgiam, setup_sql, with_policy, as_user):
    setup_sql("--user", "anybody", "--create")
    place = ["--account", ACCOUNT, "--region", "eu-west-1"]
    done = pgiam("setup", "policy", "--any-user", "--any-resource", *place)
    assert policy_of(done)["Statement"][0]["Resource"] == [f"arn:aws:rds-db:eu-west-1:{ACCOUNT}:dbuser:*/*"]
    with_policy(done.stdout)
    assert as_user("anybody").returncode == 0


@pytest.mark.parametrize(
    "region, partition",
    [
        ("us-east-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_the_partition_follows_from_the_region(region, partition, pgiam):
    done = pgiam("setup", "policy", "--user", "a", "--account", ACCOUNT, "--resource-id", RESOURCE, "--region", region)
    (arn,) = policy_of(done)["Statement"][0]["Resource"]
    assert arn.startswith(f"arn:{partition}:rds-db:{region}:")


def test_users_and_resources_are_all_combined(pgiam):
    words = ["--user", "a", "--user", "b"]
    for resource in ("db-A", "cluster-B", "prx-c"):
        words += ["--resource-id", resource]
    done = pgiam("setup", "policy", "--account", ACCOUNT, "--region", "us-east-1", *words)
    ends = [arn.split(":")[-1] for arn in policy_of(done)["Statement"][0]["Resource"]]
    assert ends == ["db-A/a", "db-A/b", "cluster-B/a", "cluster-B/b", "prx-c/a", "prx-c/b"]


def test_a_dsql_endpoint_is_a_cluster_and_admin_another_action(pgiam):
    host = "abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws"
    done = pgiam("setup", "policy", "--user", "app", "--user", "admin", "--account", ACCOUNT, "--host", host)
    arn = [f"arn:aws:dsql:us-east-1:{ACCOUNT}:cluster/abcdefghijklmnopqrstuvwxyz"]
    assert policy_of(done)["Statement"] == [
        {"Effect": "Allow", "Action": "dsql:DbConnect", "Resource": arn},
        {"Effect": "Allow", "Action": "dsql:DbConnectAdmin", "Resource": arn},
    ]


def test_it_says_what_to_switch_on_and_standard_output_is_the_policy_alone(pgiam):
    done = pgiam("setup", "policy", "--user", "a", *PLACE)
    json.loads(done.stdout)
    assert "--enable-iam-database-authentication" in done.stderr and "put-role-policy" in done.stderr


@pytest.mark.parametrize(
    "words, hint",
    [
        (["--user", "a", "--account", ACCOUNT, "--resource-id", RESOURCE], "--region"),
        (["--user", "a", "--account", ACCOUNT, "--resource-id", RESOURCE, "--region", "Ireland"], "eu-west-1"),
        (["--user", "a", "--account", ACCOUNT, "--resource-id", RESOURCE, "--host", "db.x.org"], "db.x.org"),
        (["--user", "a", "--resource-id", RESOURCE, "--host", HOST], "get-caller-identity"),
        (["--user", "a", "--account", "me", "--resource-id", RESOURCE, "--host", HOST], "get-caller-identity"),
        (["--user", "a", "--account", ACCOUNT, "--host", HOST], "describe-db-instances"),
        (["--user", "a", "--account", ACCOUNT, "--resource-id", "orders", "--host", HOST], "describe-db-instances"),
        (["--user", "a", "--account", ACCOUNT, "--resource-id", "*", "--host", HOST], "describe-db-instances"),
        (["--account", ACCOUNT, "--resource-id", RESOURCE, "--host", HOST], "--user"),
        (["--any-user", "--user", "a", *PLACE], "--any-user"),
    ],
)
def test_mistakes_in_the_policy_are_told(words, hint, pgiam):
    done = pgiam("setup", "policy", *words)
    assert (done.returncode, done.stdout) == (2, "") and hint in done.stderr


def test_setup_alone_names_what_there_is(pgiam):
    done = pgiam("setup")
    assert done.returncode == 2 and "pgiam setup " in done.stderr
    for part in ("sql", "policy"):
        assert f"pgiam setup {part}" in pgiam("help", "setup", part).stdout
