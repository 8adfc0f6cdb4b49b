"""The corpus through the command: all of a case over `pgiam bridge`, and a token that a person can ask for by `pgiam token` too,
which has to say the same; see corpus/README.md."""

import json
import os
import subprocess
import sys

COMMAND = sys.argv[1]
# interfaces.md, "The command".
EXITS = {"INTERNAL": 1, "NO_MEMORY": 1, "NO_CREDENTIALS": 3, "LOGIN_REQUIRED": 3, "LOGIN_DECLINED": 3, "DENIED": 4,
         "NETWORK": 5, "TIMEOUT": 5, "THROTTLED": 5, "BAD_RESPONSE": 5}  # fmt: skip
USAGE = 2


class Failed(Exception):
    """An error that the bridge told."""


class Bridge:
    """A running one; its questions are answered as the case has it."""

    def __init__(self, credentials):
        self.credentials = credentials
        self.process = subprocess.Popen([COMMAND, "bridge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, call, **members):
        told = self._say({"call": call, **members})
        while "ask" in told:
            given = self.credentials
            told = self._say({"declined": given["declines"]} if "declines" in given else {"values": given.get("values", {})})
        if "error" in told:
            raise Failed(told["error"])
        return told

    def _say(self, line):
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def run(case):
    given = case["request"]
    with Bridge(given.get("credentials")) as bridge:
        keywords = bridge.ask("conninfo", conninfo=given["conninfo"])["keywords"] if "conninfo" in given else {}
        if case["call"] == "conninfo":
            return {"keywords": keywords}
        request = request_of(case, keywords)
        if "warm" in case:
            follow(bridge, request, [{}])
        if case["call"] == "attempt":
            return follow(bridge, request, case["outcomes"])
        try:
            result = {"answer": answer(bridge.ask("before_connect", request=request))}
        except Failed as failed:
            result = {"error": error(failed.args[0])}
        return unlike_typed(case, result) or result


def request_of(case, keywords):
    given = case["request"]
    named = {name: str(given[name]) for name in ("host", "port", "user") if name in given}
    request = {"keywords": {**keywords, **given.get("keywords", {}), **named},
               "options": {**case.get("context", {}), **given.get("options", {})}}  # fmt: skip
    request.update({name: given[name] for name in ("password", "can_apply") if name in given})
    return {**request, "credentials_identity": "the corpus"} if "credentials" in given else request


def follow(bridge, request, outcomes):
    connects = []
    try:
        bridge.ask("attempt", request=request)
        while True:
            step = bridge.ask("next")
            if step["step"] == "done":
                return {"done": True, "connects": connects}
            connects.append(step["params"])
            if len(connects) > len(outcomes):
                return {"done": False, "connects": connects}
            told = outcomes[len(connects) - 1]
            bridge.ask("report", **{**told, "outcome": 3} if "message" in told else {"outcome": 1})
    except Failed as failed:
        return {"error": error(failed.args[0]), "connects": connects}


def answer(told):
    expires = told["expires_at"]
    return {**{name: told[name] for name in ("token", "region", "provider", "target", "rule")},
            "host": told["signing_host"], "port": told["signing_port"], "expires_at_ms": milliseconds(expires) if expires else 0,
            "params": {**told["params"], "password": told["token"]}, "warnings": told["warnings"]}  # fmt: skip


def milliseconds(text):
    from datetime import datetime

    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def error(told):
    causes = [error(cause) for cause in told.get("causes", [])]
    return {**told, "status": told["name"].removeprefix("PGIAM_").removeprefix("E_"), "causes": causes}


def unlike_typed(case, result):
    """Nothing where it is the same, or cannot be: nobody can type a program's own credentials, what it can set, a NUL or an
    empty option; the command names options as flags, and knows a host and a user where the library asks for them; who asks
    for a token has no password in mind."""
    given, keywords = case["request"], case["request"].get("conninfo", "")
    is_whole = "host" in given or "host=" in keywords
    is_whole &= "user" in given or "user=" in keywords
    if {"credentials", "can_apply", "password"} & given.keys() or "own_words" in case or "," in keywords or "password=" in keywords:
        return None
    if not is_whole or "\\u0000" in json.dumps(given) or "" in given.get("options", {}).values():
        return None
    if result.get("error", {}).get("status") == "UNSUPPORTED":
        return None
    words = [given["conninfo"]] if "conninfo" in given else []
    words += [f"--{name}={given[name]}" for name in ("host", "port", "user") if name in given]
    words += [f"--{key.replace('_', '-')}={value}" for key, value in request_of(case, {})["options"].items()]
    if "keywords" in given:
        words.append(" ".join(f"{key}='{value}'" for key, value in given["keywords"].items()))
    done = subprocess.run([COMMAND, "token", "--json", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if "answer" in result:
        expected = {name: result["answer"][name] for name in ("token", "region", "provider")}
        if "PGIAM_TEST_TIME" not in os.environ:  # tokens of another second
            del expected["token"]
        typed = json.loads(done.stdout) if done.returncode == 0 else {"exit": done.returncode, "says": done.stderr}
        return None if expected.items() <= typed.items() else {"typed": typed}
    expected = EXITS.get(result["error"]["status"], USAGE)
    is_same = done.returncode == expected and result["error"]["message"] in done.stderr.replace("\n  ", " ")
    return None if is_same else {"typed": {"exit": done.returncode, "instead_of": expected, "says": done.stderr, "bridge": result}}


for line in sys.stdin:
    try:
        outcome = run(json.loads(line))
    except Failed as failed:
        outcome = {"error": error(failed.args[0])}
    print(json.dumps(outcome), flush=True)
