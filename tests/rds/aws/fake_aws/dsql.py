"""Aurora DSQL: GetCluster (REST, JSON).

docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_GetCluster.html
"""

import re

from .http import json_answer
from .keys import Refused, signer_of

_PATH = re.compile(r"/cluster/([a-z0-9]{26})")
_ACCOUNT = "123456789012"


class Dsql:
    def __init__(self, keys, now):
        self.keys = keys
        self.now = now
        self.region = "eu-west-1"
        self.clusters = {}  # by id: the status
        self.forbidden = set()  # ids of keys that may not call it

    def answer(self, request):
        path = _PATH.fullmatch(request.path)
        if request.method != "GET" or not path:
            return _refusal(400, "ValidationException", "1 validation error detected")
        try:
            signer = signer_of(request, self.keys, "dsql", self.region, self.now())
        except Refused as refused:
            code = {"InvalidClientTokenId": "UnrecognizedClientException", "SignatureDoesNotMatch": "InvalidSignatureException"}
            return _refusal(403, code.get(refused.code, refused.code), str(refused))
        id = path[1]
        arn = f"arn:aws:dsql:{self.region}:{_ACCOUNT}:cluster/{id}"
        if signer.id in self.forbidden:
            return _refusal(403, "AccessDeniedException", f"User: {signer.arn} is not authorized to perform: dsql:GetCluster")
        if id not in self.clusters:
            return _refusal(404, "ResourceNotFoundException", "The resource could not be found.", resourceId=id, resourceType="cluster")
        return json_answer(
            {
                "identifier": id,
                "arn": arn,
                "status": self.clusters[id],
                "creationTime": 1732060800.0,
                "deletionProtectionEnabled": True,
                "endpoint": f"{id}.dsql.{self.region}.on.aws",
            }
        )


def _refusal(status, code, message, **more):
    return json_answer({"message": message} | more, status, **{"x-amzn-ErrorType": code})
