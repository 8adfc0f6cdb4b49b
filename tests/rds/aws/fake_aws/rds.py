"""RDS: DescribeDBInstances, DescribeDBClusters, DescribeDBProxies.

docs.aws.amazon.com/AmazonRDS/latest/APIReference
"""

from __future__ import annotations  # Python 3.9, of Debian 11

from dataclasses import dataclass, field

from .keys import Refused, signer_of
from .query import answer

_FILTERS = {"MaxRecords", "Marker", "Filters"}


@dataclass
class Instance:
    name: str
    address: str = ""
    port: int = 5432
    resource_id: str = "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    status: str = "available"
    iam: bool = True
    pending_iam: bool | None = None
    cluster: str | None = None
    ca: str = "rds-ca-rsa2048-g1"
    account: str = "123456789012"


@dataclass
class Cluster:
    name: str
    address: str = ""
    reader: str = ""
    custom: tuple = ()
    port: int = 5432
    resource_id: str = "cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    status: str = "available"
    iam: bool = True
    account: str = "123456789012"


@dataclass
class Proxy:
    """`auth`: (user or None, "DISABLED" or "REQUIRED") for each."""

    name: str
    address: str = ""
    resource_id: str = "prx-0123456789abcdef0"
    status: str = "available"
    auth: list = field(default_factory=lambda: [(None, "REQUIRED")])
    default: str = "NONE"
    account: str = "123456789012"


class Rds:
    def __init__(self, keys, now):
        self.keys = keys
        self.now = now
        self.region = "eu-west-1"
        self.instances, self.clusters, self.proxies = {}, {}, {}
        self.forbidden = set()  # ids of keys that may not call it

    def add(self, thing):
        kinds = {Instance: self.instances, Cluster: self.clusters, Proxy: self.proxies}
        kinds[type(thing)][thing.name.lower()] = thing

    def answer(self, request):
        actions = {
            "DescribeDBInstances": (_FILTERS | {"DBInstanceIdentifier"}, self._instances),
            "DescribeDBClusters": (_FILTERS | {"DBClusterIdentifier", "IncludeShared"}, self._clusters),
            "DescribeDBProxies": (_FILTERS | {"DBProxyName"}, self._proxies),
        }
        return answer(request, "http://rds.amazonaws.com/doc/2014-10-31/", "2014-10-31", actions)

    def _chosen(self, request, form, parameter, things, missing, action):
        signer = signer_of(request, self.keys, "rds", self.region, self.now())
        if signer.id in self.forbidden or signer.origin in self.forbidden:
            raise Refused("AccessDenied", f"User: {signer.arn} is not authorized to perform: rds:{action}")
        if parameter not in form:
            return list(things.values())
        if form[parameter].lower() not in things:
            raise Refused(missing, f"{form[parameter]} not found.")
        return [things[form[parameter].lower()]]

    def _arn(self, account, kind, name):
        return f"arn:aws:rds:{self.region}:{account}:{kind}:{name}"

    def _instances(self, request, form):
        chosen = self._chosen(request, form, "DBInstanceIdentifier", self.instances, "DBInstanceNotFound", "DescribeDBInstances")
        return {"DBInstances": [("DBInstance", self._instance(one)) for one in chosen]}

    def _instance(self, one):
        return {
            "PendingModifiedValues": {"IAMDatabaseAuthenticationEnabled": one.pending_iam},
            "AllocatedStorage": 20,
            "Engine": "aurora-postgresql" if one.cluster else "postgres",
            "Endpoint": {"Port": one.port, "HostedZoneId": "Z29XKXDKYMONMX", "Address": one.address},
            "DBParameterGroups": [("DBParameterGroup", {"DBParameterGroupName": "default", "ParameterApplyStatus": "in-sync"})],
            "DBInstanceIdentifier": one.name,
            "DBInstanceStatus": one.status,
            "DBClusterIdentifier": one.cluster,
            "IAMDatabaseAuthenticationEnabled": one.iam,
            "CACertificateIdentifier": one.ca,
            "DbInstancePort": 0,
            "DbiResourceId": one.resource_id,
            "DBInstanceArn": self._arn(one.account, "db", one.name),
        }

    def _clusters(self, request, form):
        chosen = self._chosen(request, form, "DBClusterIdentifier", self.clusters, "DBClusterNotFoundFault", "DescribeDBClusters")
        return {"DBClusters": [("DBCluster", self._cluster(one)) for one in chosen]}

    def _cluster(self, one):
        members = [name for name, instance in self.instances.items() if instance.cluster == one.name]
        return {
            "Engine": "aurora-postgresql",
            "Status": one.status,
            "Endpoint": one.address,
            "ReaderEndpoint": one.reader or None,
            "CustomEndpoints": [("member", name) for name in one.custom],
            "Port": one.port,
            "DBClusterIdentifier": one.name,
            "DBClusterMembers": [("DBClusterMember", {"DBInstanceIdentifier": name, "IsClusterWriter": True}) for name in members],
            "IAMDatabaseAuthenticationEnabled": one.iam,
            "DbClusterResourceId": one.resource_id,
            "DBClusterArn": self._arn(one.account, "cluster", one.name),
        }

    def _proxies(self, request, form):
        chosen = self._chosen(request, form, "DBProxyName", self.proxies, "DBProxyNotFoundFault", "DescribeDBProxies")
        return {"DBProxies": [("member", self._proxy(one)) for one in chosen]}

    def _proxy(self, one):
        secret = f"arn:aws:secretsmanager:{self.region}:{one.account}:secret:app-AbCdEf"
        auth = [{"AuthScheme": "SECRETS", "SecretArn": secret, "UserName": user, "IAMAuth": iam} for user, iam in one.auth]
        return {
            "DBProxyName": one.name,
            "DBProxyArn": self._arn(one.account, "db-proxy", one.resource_id),
            "Status": one.status,
            "EngineFamily": "POSTGRESQL",
            "DefaultAuthScheme": one.default,
            "Auth": [("member", entry) for entry in auth],
            "Endpoint": one.address,
            "RequireTLS": True,
        }
