"""Reads the corpus, and runs it through a language's runner: a process for each set of files and variables, all under one
clock that stands still, but where services of AWS answer, whose time is ours."""

import concurrent.futures
import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "rds/aws"))
from fake_aws import FakeAws, Key  # noqa: E402

FOLDER = Path(__file__).resolve().parent / "corpus"
CLOCK = "1767323045"  # 2026-01-02 03:04:05 UTC
# Of a sentence only that it is there: they are compared between the languages of one run.
SENTENCES = {"message", "hint"}


def cases(world=None):
    """All of a world, each with its file's environment and files under its own. "aws": services answer; "dns": names are
    aliases."""
    for file in sorted(FOLDER.glob("*.json")):
        content = json.loads(file.read_text())
        if content.get("world") != world:
            continue
        for case in content["cases"]:
            yield {
                **case, "id": f"{file.stem}: {case['name']}",
                "environment": {**content.get("environment", {}), **case.get("environment", {})},
                "files": {**content.get("files", {}), **case.get("files", {})},
            }  # fmt: skip


def run(language, command, environment, folder, world=None):
    """The result of each case that is for this language, by its id."""
    groups = {}
    for case in cases(world):
        if language not in case.get("not_for", []):
            setting = [case["environment"], case["files"], case.get("services")]
            groups.setdefault(json.dumps(setting, sort_keys=True), []).append(case)

    def run_group(numbered):
        number, group = numbered
        home = folder / f"{language}{number}"
        clock = {} if world == "aws" else _standing_clock(environment)
        with _services_of(group[0]) as services:
            results = _run_group(command, group, {**environment, **_environment_of(group[0], home), **services, **clock})
        shutil.rmtree(home)
        return results

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return {name: result for results in pool.map(run_group, enumerate(groups.values())) for name, result in results.items()}


def _standing_clock(environment):
    """standing_clock.c, ahead of what the language preloads itself."""
    preloaded = [os.environ["PGIAM_TEST_STANDING_CLOCK"], environment.get("LD_PRELOAD", "")]
    return {"LD_PRELOAD": " ".join(filter(None, preloaded)), "PGIAM_TEST_TIME": CLOCK}


@contextlib.contextmanager
def _services_of(case):
    """The variables that lead to them. What went wrong with a request to them is a fault of ours."""
    given = case.get("services")
    if given is None:
        yield {}
        return
    with FakeAws([Key(*pair) for pair in given.get("keys", {}).items()]) as aws:
        for arn, facts in given.get("roles", {}).items():
            aws.sts.add_role(arn, **facts)
        for fault in given.get("faults", []):
            aws.fault(**fault)
        yield aws.environment(*given["names"])
        assert aws.problems() == []


def _environment_of(case, home):
    home.mkdir()
    for name, text in case["files"].items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(text.replace("$HOME", str(home)))
        file.chmod(0o700 if text.startswith("#!") else 0o600)
    named = {name: value.replace("$HOME", str(home)) for name, value in case["environment"].items()}
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "AWS_EC2_METADATA_DISABLED": "true", **named}


def _run_group(command, group, environment):
    asked = "".join(json.dumps({key: value for key, value in case.items() if key not in ("expect", "files", "environment", "services")}) + "\n"
                    for case in group)  # fmt: skip
    # In its home, where a crash may leave what it likes.
    done = subprocess.run(command, input=asked, env=environment, cwd=environment["HOME"], capture_output=True, text=True, timeout=300)
    lines = done.stdout.splitlines()
    if done.returncode != 0 or len(lines) != len(group):
        raise AssertionError(f"{command} ended with {done.returncode} at {group[min(len(lines), len(group) - 1)]['id']}:\n{done.stderr}")
    return {case["id"]: json.loads(line) for case, line in zip(group, lines)}


def differences(expected, result, place=""):
    """What of `expected` the result has not: members may be more, lists have their length, a cause is told by its code, its
    provider or its status."""
    if isinstance(expected, dict):
        if not isinstance(result, dict):
            return [f"{place}: {result!r} instead of {expected!r}"]
        found = []
        for key, value in expected.items():
            if key not in result:
                found.append(f"{place}.{key}: absent, instead of {value!r}; there is {result!r}")
            else:
                found += differences(value, result[key], f"{place}.{key}")
        return found
    if isinstance(expected, list):
        if not isinstance(result, list) or len(expected) != len(result):
            return [f"{place}: {result!r} instead of {expected!r}"]
        return [fault for i, pair in enumerate(zip(expected, result)) for fault in differences(*pair, f"{place}[{i}]")]
    if isinstance(expected, str) and isinstance(result, dict):
        known = [result.get(key) for key in ("code", "provider", "status") if result.get(key)]
        return [] if expected in known else [f"{place}: {result!r} is not {expected!r}"]
    return [] if expected == result else [f"{place}: {result!r} instead of {expected!r}"]


def sentences(result):
    """All texts for people in it, in order."""
    if isinstance(result, dict):
        own = [result[key] for key in sorted(SENTENCES & result.keys()) if isinstance(result[key], str)]
        return own + [text for key in sorted(result.keys() - SENTENCES) for text in sentences(result[key])]
    return [text for part in result for text in sentences(part)] if isinstance(result, list) else []
