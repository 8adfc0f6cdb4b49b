"""Identity-based IAM policies: does a document allow an action on a resource?

Pure, and written from the IAM user guide ("Grammar of the IAM JSON policy language", "Policy evaluation logic",
"IAM JSON policy elements: Resource" and "… Variables and tags"). What it does not understand it refuses, so that
no test passes by an element that was overlooked.
"""

import json
import re

_VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"}
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class PolicyError(ValueError):
    """A document that IAM would not take, or that goes beyond what is understood here."""


class Policy:
    """document: a dictionary, or JSON text."""

    def __init__(self, document):
        document = _parse(document) if isinstance(document, str) else document
        if not isinstance(document, dict) or set(document) - {"Version", "Id", "Statement"}:
            raise PolicyError("a policy is an object of Version, Id and Statement")
        version = document.get("Version", "2008-10-17")
        if version not in _VERSIONS:
            raise PolicyError(f"the Version is {version!r}, should be one of {', '.join(_VERSIONS)}")
        statements = _list(document.get("Statement"))
        if not statements:
            raise PolicyError("a policy has at least one Statement")
        self._statements = [_Statement(statement, version == "2012-10-17") for statement in statements]

    def allows(self, action, resource):
        """An explicit Deny wins; without an Allow nothing is allowed."""
        effects = {statement.effect for statement in self._statements if statement.applies_to(action, resource)}
        return effects == {"Allow"}


class _Statement:
    def __init__(self, statement, has_variables):
        if not isinstance(statement, dict) or set(statement) - _ELEMENTS:
            raise PolicyError(f"a Statement has elements that are not understood: {statement!r}")
        self.effect = statement.get("Effect")
        if self.effect not in ("Allow", "Deny"):
            raise PolicyError(f"the Effect is {self.effect!r}, should be Allow or Deny")
        self._actions, self._without_actions = _either(statement, "Action")
        self._resources, self._without_resources = _either(statement, "Resource")
        if not all(action == "*" or re.fullmatch(r"[\w-]+:[\w*?]+", action) for action in self._actions):
            raise PolicyError(f"an action is SERVICE:NAME: {self._actions!r}")
        self._resources = [_resource_pattern(resource, has_variables) for resource in self._resources]

    def applies_to(self, action, resource):
        acts = any(_pattern(each.lower()).fullmatch(action.lower()) for each in self._actions)
        meets = any(_meets(each, resource) for each in self._resources)
        return acts != self._without_actions and meets != self._without_resources


def _parse(text):
    def without_doubles(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise PolicyError("an element is given twice")
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=without_doubles)
    except json.JSONDecodeError as error:
        raise PolicyError(f"the policy is no JSON: {error}") from None


def _either(statement, name):
    """The values of NAME or NotNAME, and whether it is the latter."""
    if (name in statement) == (f"Not{name}" in statement):
        raise PolicyError(f"a Statement has either {name} or Not{name}")
    values = _list(statement.get(name, statement.get(f"Not{name}")))
    if not values or not all(isinstance(value, str) and value for value in values):
        raise PolicyError(f"{name} is a string or a list of strings")
    return values, name not in statement


def _list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def _resource_pattern(resource, has_variables):
    """One pattern for each part of an ARN, since a wildcard does not reach over a colon; None: everything."""
    if resource == "*":
        return None
    parts = resource.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        raise PolicyError(f"a Resource is an ARN of six parts, or *: {resource}")
    return [_pattern(part, has_variables) for part in parts]


def _meets(patterns, resource):
    if patterns is None:
        return True
    parts = resource.split(":", 5)
    return len(parts) == len(patterns) and all(pattern.fullmatch(part) for pattern, part in zip(patterns, parts))


def _pattern(text, has_variables=False):
    """`*` and `?` are wildcards; in policies of 2012 ${*}, ${?} and ${$} stand for the characters themselves."""
    result, at = "", 0
    for variable in _VARIABLE.finditer(text) if has_variables else ():
        if variable[1] not in ("*", "?", "$"):
            raise PolicyError(f"the variable {variable[0]} is not understood")
        result += _wildcards(text[at : variable.start()]) + re.escape(variable[1])
        at = variable.end()
    return re.compile(result + _wildcards(text[at:]), re.DOTALL)


def _wildcards(text):
    return re.escape(text).replace(r"\*", ".*").replace(r"\?", ".")
