"""What only the cloud knows: of the database, and of who may log in to it."""

from odd_server import error
from world import ACCOUNT, DSQL, HOST, OTHERS, SECRET, Seed, host_of

PAM = {"after": error("28000", 'PAM authentication failed for user "app"')}
PASSWORD = {"after": error("28P01", 'password authentication failed for user "app"')}
SCRAM = {"ask": "scram"} | PASSWORD
BY_PROXY = {"after": error("28000", 'IAM authentication failed for the role app. Check the IAM token for this role and try again.', of_postgres=False)}
ACCESS_DENIED = "unable to accept connection, access denied"
DENIED, DENIED_28 = ({"after": error(code, ACCESS_DENIED, of_postgres=False)} for code in ("08006", "28000"))
CLOSED = {"port": "1"}
ARN = f"arn:aws:rds-db:eu-west-1:{ACCOUNT}:dbuser:"


def seed(title, expect, host, server=None, change=(), says="", **more):
    change = {"host": host, "sslmode": "verify-ca" if server else "require", **({} if server else {"sslrootcert": None})} | dict(change)
    return Seed("the cloud", title, expect, change=change, server=server, says=says, **more)


def way(title, expect, host, says="", change=CLOSED, **more):
    return seed(title, expect, host, None, change, says, **more)


def policy(title, expect, who, host=HOST, server=PAM, says="", **more):
    env = {"AWS_ACCESS_KEY_ID": OTHERS[who], "AWS_SECRET_ACCESS_KEY": SECRET}
    return seed(title, expect, host, server, says=says, env=env, **more)


def dsql(title, expect, id, says="", env=(), server=DENIED, **more):
    return seed(title, expect, f"{id}.dsql.eu-west-1.on.aws", server, says=says, env={"PGIAM_SIGNING_PORT": None} | dict(env), **more)


def breaks(service, kind, **details):
    """The service answers so while one seed is tried."""

    def script(world):
        world.aws.fault(service, kind, count=9, **details)
        return world.aws.clear

    return script


ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><DescribeDBInstancesResponse>&b;</DescribeDBInstancesResponse>'
SEEDS = [
    seed("IAM is off, and a password is asked by SCRAM", "iam_not_enabled", host_of("off"), SCRAM, says="modify-db-instance"),
    seed("IAM is off, and the token is taken for a password", "iam_not_enabled", host_of("off"), PASSWORD, says="instance off"),
    seed("IAM is off, and PAM refuses", "iam_not_enabled", host_of("off"), PAM, says="--enable-iam-database-authentication"),
    seed("IAM is to be switched on by and by", "iam_not_enabled", host_of("pending"), SCRAM, says="maintenance window"),
    seed("IAM is being switched on", "iam_not_enabled", host_of("switching"), PASSWORD, says="just now"),
    seed("IAM is off at the cluster", "iam_not_enabled", host_of("dark", "cluster-"), SCRAM, says="modify-db-cluster"),
    seed("IAM is off at the cluster of an instance", "iam_not_enabled", host_of("dark-1"), PAM, says="cluster dark"),
    way("the instance is stopped", "instance_unavailable", host_of("stopped"), "start-db-instance"),
    way("the instance starts", "instance_unavailable", host_of("starting"), "starting"),
    way("the cluster is stopped", "instance_unavailable", host_of("asleep", "cluster-"), "start-db-cluster"),
    seed("the storage is full", "instance_unavailable", host_of("storage-full"), {"before": error("57P03", "the database system is starting up")}, says="storage-full"),
    way("the instance has another port", "wrong_port", host_of("port"), "6543", env={"PGIAM_SIGNING_PORT": None}),
    seed("the token is for another port", "wrong_port", host_of("port"), PAM, says="6543"),
    way("the endpoint is another one now", "wrong_endpoint", host_of("moved"), "zzzzzzzzzzzz"),
    seed("the endpoint is another account's", "wrong_endpoint", host_of("moved"), PAM, says="host=moved.zzzzzzzzzzzz"),
    seed("there is no such instance in the account", "no_such_instance", host_of("strange"), PAM, says="another account"),
    way("the instance is gone", "name_unknown", host_of("strange"), "deleted", change={"hostaddr": None}, needs_names=True),
    way("the name is gone, and the instance has another", "wrong_endpoint", host_of("moved"), "zzzzzzzzzzzz", change={"hostaddr": None}, needs_names=True),
    policy("no policy allows it", "no_permission", "narrow", host_of("locked"), says=ARN + "db-LOCKED", second="wrong_endpoint"),
    policy("a policy denies it", "explicit_deny", "denied", says="user/denied"),
    policy("the policy has another instance's id", "wrong_resource_id", "mistaken", says="db-OTHER"),
    policy("the policy has the instance's id in place of the cluster's", "wrong_resource_id", "mistaken", host_of("shop", "cluster-"), says="cluster-SHOP"),
    policy("the same, of one instance of a cluster", "wrong_resource_id", "mistaken", host_of("shop-1"), says="db-SHOP1"),
    policy("a permissions boundary does not allow it", "no_permission", "bounded", says="boundary"),
    policy("the organization does not allow it", "no_permission", "governed", says="SCP"),
    policy("nobody may ask: the likeliest, without certainty", "no_permission", "unasked", server=None, says="most likely", second="iam_not_enabled"),
    policy("nobody may ask, and SCRAM is asked", "no_rds_iam", "unasked", server=SCRAM, says="rds_iam"),
    seed("all is well but the role", "no_rds_iam", HOST, PASSWORD, says="rds_iam"),
    seed("a proxy takes no IAM at all", "iam_not_enabled", host_of("closed", "proxy-"), BY_PROXY, says="proxy closed"),
    seed("a proxy takes IAM of others alone", "iam_not_enabled", host_of("half", "proxy-"), BY_PROXY, says='"app"'),
    seed("a proxy does not have the user", "not_in_proxy", host_of("named", "proxy-"), BY_PROXY, says="no entry"),
    way("a proxy is suspended", "instance_unavailable", host_of("frozen", "proxy-"), "suspended"),
    policy("the policy does not name the proxy", "no_permission wrong_resource_id", "mistaken", host_of("open", "proxy-"), BY_PROXY, says="prx-00000000000000006"),
    dsql("the cluster is being deleted", "cluster_unavailable", "deletingdeletingdeletingde", "DELETING"),
    dsql("the cluster was never made", "cluster_unavailable", "failedfailedfailedfailedfa", "FAILED"),
    dsql("there is no such cluster", "no_such_cluster", "nonenonenonenonenonenoneno", "another account"),
    dsql("no policy allows DSQL", "no_permission", DSQL[:26], f"arn:aws:dsql:eu-west-1:{ACCOUNT}:cluster/",
         env={"AWS_ACCESS_KEY_ID": OTHERS["mistaken"], "AWS_SECRET_ACCESS_KEY": SECRET}),
    dsql("the role is not linked", "no_iam_grant", DSQL[:26], "AWS IAM GRANT", server=DENIED_28),
    policy("RDS answers with a page", "no_permission", "narrow", server=None, alone=breaks("rds", "garbage")),
    policy("RDS answers with entities of its own", "no_permission", "narrow", server=None, alone=breaks("rds", "garbage", body=ENTITIES)),
    policy("RDS answers without end", "no_permission", "narrow", server=None, alone=breaks("rds", "huge")),
    policy("RDS breaks off", "no_permission", "narrow", server=None, alone=breaks("rds", "half")),
    policy("IAM never answers", "no_permission", "narrow", server=None, alone=breaks("iam", "hang")),
]
