"""What another login, --admin, tells of the role that is refused."""

from odd_server import error
from world import OTHER, OTHER_SECRET, Seed

BOSS = {".pgpass": "*:*:*:boss:canaryPboss\n"}
THERE = "host={host} hostaddr=127.0.0.1 port={port} sslmode=verify-full sslrootcert={ca} user=boss"
PASSWORD = error("28P01", 'password authentication failed for user "app"')


def seed(title, expect, change=(), admin="user=boss", files=BOSS, **more):
    return Seed("another login", title, expect, change=dict(change), words=("--admin", admin), files=files, **more)


SEEDS = [
    seed("the role is no member", "no_rds_iam", {"user": "plain"}, says="GRANT rds_iam TO"),
    seed("the role is not there", "no_role", {"user": "quartermaster"}, says="there is no role"),
    seed("the role is not there, but one near it", "no_role", {"user": "appp"}, says='near to it there is "app"'),
    seed("the role's case is another", "user_spelling", {"user": "mixed"}, says='but "Mixed"'),
    seed("a blank beside the role", "user_spelling", {"user": "app "}, says='but "app"'),
    seed("the role may not log in", "no_login", {"user": "locked"}, says="ALTER ROLE"),
    seed("IAM is off, and the role is a member", "iam_not_enabled", admin=THERE, server={"ask": "scram", "after": PASSWORD}, says="IAM authentication is off"),
    seed("the role is well, the policy is not", "no_permission", env={"AWS_ACCESS_KEY_ID": OTHER, "AWS_SECRET_ACCESS_KEY": OTHER_SECRET}),
    seed("the other login's password is wrong", "no_rds_iam", {"user": "plain"}, files={".pgpass": "*:*:*:boss:canaryPwrong\n"}),
    seed("the other login has no password", "no_rds_iam", {"user": "plain"}, files={}),
]
