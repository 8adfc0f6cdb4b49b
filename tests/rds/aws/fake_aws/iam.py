"""IAM: SimulatePrincipalPolicy.

docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations  # Python 3.9, of Debian 11

from dataclasses import dataclass
from fnmatch import fnmatchcase

from .keys import Refused, signer_of
from .query import answer


@dataclass
class Principal:
    """ARN patterns that its policies allow and deny."""

    allow: tuple = ("*",)
    deny: tuple = ()
    boundary: bool | None = None  # whether its permissions boundary allows; None: it has none
    organization: bool | None = None


class Iam:
    def __init__(self, keys, now):
        self.keys = keys
        self.now = now
        self.region = "us-east-1"
        self.principals = {}  # by ARN
        self.forbidden = set()  # ids of keys that may not call it

    def answer(self, request):
        known = {"PolicySourceArn", "ActionNames", "ResourceArns", "CallerArn", "ContextEntries", "MaxItems", "Marker"}
        actions = {"SimulatePrincipalPolicy": (known, self._simulate)}
        return answer(request, "https://iam.amazonaws.com/doc/2010-05-08/", "2010-05-08", actions)

    def _simulate(self, request, form):
        signer = signer_of(request, self.keys, "iam", self.region, self.now())
        if signer.id in self.forbidden or signer.origin in self.forbidden:
            raise Refused("AccessDenied", f"User: {signer.arn} is not authorized to perform: iam:SimulatePrincipalPolicy")
        arn = form.get("PolicySourceArn", "")
        if ":sts:" in arn or not arn.startswith("arn:aws:iam::"):
            raise Refused("InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
        if arn not in self.principals:
            raise Refused("NoSuchEntity", f"The entity {arn} cannot be found.")
        actions, resources = _members(form, "ActionNames"), _members(form, "ResourceArns") or ["*"]
        if not actions:
            raise Refused("ValidationError", "ActionNames is missing")
        principal = self.principals[arn]
        results = [("member", self._decide(principal, action, resource)) for action in actions for resource in resources]
        return {"IsTruncated": False, "EvaluationResults": results}

    def _decide(self, principal, action, resource):
        denied = any(fnmatchcase(resource, pattern) for pattern in principal.deny)
        allowed = any(fnmatchcase(resource, pattern) for pattern in principal.allow)
        stopped = principal.boundary is False or principal.organization is False
        decision = "explicitDeny" if denied else "allowed" if allowed and not stopped else "implicitDeny"
        policy = {"SourcePolicyId": "connect", "SourcePolicyType": "IAM Policy"}
        position = {"StartPosition": {"Line": 3, "Column": 17}, "EndPosition": {"Line": 8, "Column": 6}}
        result = {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": decision,
            "MatchedStatements": [("member", policy | position)] if denied or allowed else [],
            "MissingContextValues": [],
        }
        if principal.boundary is not None:
            result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": principal.boundary}
        if principal.organization is not None:
            result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": principal.organization}
        return result


def _members(form, name):
    numbers = sorted(int(key.rsplit(".", 1)[1]) for key in form if key.startswith(f"{name}.member."))
    return [form[f"{name}.member.{number}"] for number in numbers]
