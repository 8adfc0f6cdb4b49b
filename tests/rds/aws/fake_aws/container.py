"""The credential service of a container: Amazon ECS and EKS Pod Identity.

docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from .http import json_answer
from .issue import temporary_key
from .times import rfc3339


class Container:
    def __init__(self, keys, now):
        self.keys = keys
        self.now = now
        self.path = "/v2/credentials/task"
        self.authorization = None  # the header that is demanded
        self.lifetime = 6 * 3600
        self.role = "arn:aws:iam::123456789012:role/task"

    def answer(self, request):
        if request.method != "GET":
            request.problem(f"{request.method} instead of GET")
        if request.path != self.path:
            return json_answer({"code": "NoIdMatch", "message": "unknown path"}, 404)
        if request.headers.get("authorization") != self.authorization:
            return json_answer({"code": "AccessDeniedException", "message": "not authorized"}, 403)
        arn = "arn:aws:sts::123456789012:assumed-role/task/container"
        key = temporary_key(self.keys, arn, int(self.now()) + self.lifetime, "container")
        return json_answer(
            {
                "RoleArn": self.role,
                "AccessKeyId": key.id,
                "SecretAccessKey": key.secret,
                "Token": key.session_token,
                "Expiration": rfc3339(key.expires_at),
                "AccountId": "123456789012",
            }
        )
