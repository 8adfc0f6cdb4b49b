"""The corpus through the Python package; see corpus/README.md."""

import asyncio
import json
import logging
import sys

import pgiam
from pgiam import _attempt
from pgiam._request import parse_conninfo

logging.getLogger("pgiam").setLevel(logging.ERROR)


class Refused(Exception):
    """What the program of a case says instead of an answer."""


class Asked:
    """What the program of a case does when it is asked for its credentials, or a person for a word."""

    def __init__(self, given):
        self.given, self.asked = given, lambda: None

    async def __call__(self, *_):
        self.asked()
        if "never" in self.given:
            await asyncio.Event().wait()
        if "declines" in self.given:
            raise pgiam.Error(self.given["status"], self.given["declines"])
        values = self.given.get("values", {})
        return values.get("answer") if self.given.get("person") else values


def run(case):
    request = dict(case["request"])
    if case["call"] == "conninfo":
        return {"keywords": parse_conninfo(request["conninfo"])}
    person = case.get("person")
    with pgiam.Context(prompt=Asked({**person, "person": True}) if person else None, **case.get("context", {})) as context:
        credentials = Asked(request["credentials"]) if "credentials" in request else None
        if "warm" in case:
            follow(context, request, credentials, [{}])
        if case["call"] == "attempt":
            return follow(context, request, credentials, case["outcomes"])
        return {"answer": described(asyncio.run(answer(context, request, credentials, "cancel" in case)))}


async def answer(context, request, credentials, cancels):
    asked = asyncio.Event()
    if cancels:
        credentials.asked = asked.set
    request.pop("credentials", None)
    arguments = {**request.pop("keywords", {}), **request.pop("options", {}), **request}
    task = asyncio.ensure_future(pgiam.aio.answer(arguments.pop("conninfo", None), credentials=credentials, context=context, **arguments))
    if cancels:
        await asked.wait()
        task.cancel()
    try:
        return await task
    except asyncio.CancelledError:
        raise pgiam.Error("CANCELLED", "cancelled") from None


def described(answer):
    facts = {name: value for name, value in answer.facts().items() if name in ("host", "port", "region", "provider", "target", "rule")}
    expires = int(answer.expires_at.timestamp() * 1000) if answer.expires_at else 0
    return {**facts, "token": answer.token, "params": dict(answer.params), "expires_at_ms": expires,
            "warnings": [warning.facts() for warning in answer.warnings]}  # fmt: skip


class Failure(Exception):
    def __init__(self, told):
        super().__init__(told["message"])
        self.sqlstate = told.get("sqlstate")


def follow(context, request, credentials, outcomes):
    """An attempt as the drivers' helpers make them, with the case's outcomes in the place of a driver."""
    connects = []
    try:
        with _attempt.Attempt(context, request["keywords"], request.get("options", {}), request["can_apply"], credentials) as attempt:
            while True:
                step = attempt.next()
                if step.kind == 3:
                    return {"done": True, "connects": connects}
                if step.kind == 1:
                    _attempt.wait_for(attempt, step)
                    continue
                connects.append(attempt.params())
                if len(connects) > len(outcomes):
                    return {"done": False, "connects": connects}
                told = outcomes[len(connects) - 1]
                attempt.report(Failure(told) if "message" in told else None)
    except pgiam.Error as error:
        return {"error": error.facts(), "connects": connects}


for line in sys.stdin:
    try:
        result = run(json.loads(line))
    except pgiam.Error as error:
        result = {"error": error.facts()}
    print(json.dumps(result), flush=True)
