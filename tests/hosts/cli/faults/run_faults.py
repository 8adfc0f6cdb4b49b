"""Seeds faults one at a time around a working login and holds doctor's first verdict against the true cause.

    python3 run_faults.py [WORD …]   only seeds whose kind or title holds a word; the score is the last line
"""

import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import names
from seeds import SEEDS
from world import SECRETS, World

BOUND = 0.95
AT_A_TIME = 2


def judge(seed, told, text):
    """"right", or what is wrong."""
    for secret in SECRETS:
        if secret in text:
            return "SECRET: one is shown"
    if told is None:
        return f"said nothing that can be read: {text[:200]}"
    verdict = told["verdict"]
    codes = seed.expect.split()
    causes = [cause["code"] for cause in verdict["causes"]]
    if verdict["code"] not in codes:
        certainly = " CERTAINLY" if verdict.get("certain") else ""
        return f"wrong{certainly}: {verdict['code']} for {seed.expect}: {verdict['sentence']}"
    if seed.says not in verdict["sentence"] + " " + " ".join(told["do"]):
        return f"right code, but not said ({seed.says!r}): {verdict['sentence']}"
    if seed.second and seed.second not in causes:
        return f"{seed.second} is not among {causes}"
    return "right"


def main(words):
    start = time.monotonic()
    has_names = names.start()
    seeds = [s for s in SEEDS if not words or any(word in s.kind + " " + s.title for word in words)]
    skipped = [s for s in seeds if s.needs_names and not has_names]
    seeds = [s for s in seeds if s not in skipped]
    lock, results = threading.Lock(), []
    with World() as world, tempfile.TemporaryDirectory(prefix="faults-") as folder:

        def examine(numbered):
            number, seed = numbered
            home = Path(folder) / f"home-{number}"
            home.mkdir()
            result = judge(seed, *world.run(seed, home))
            with lock:
                results.append((seed, result))
                if result != "right":
                    print(f"[{seed.kind}] {seed.title}: {result}", flush=True)

        together = [(n, s) for n, s in enumerate(seeds) if s.alone is None]
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            list(pool.map(examine, together))
        for n, s in enumerate(seeds):
            if s.alone is None:
                continue
            undo = s.alone(world)
            examine((n, s))
            if undo:
                undo()
    kinds = {}
    for seed, result in results:
        right, tried = kinds.get(seed.kind, (0, 0))
        kinds[seed.kind] = (right + (result == "right"), tried + 1)
    for kind, (right, tried) in kinds.items():
        print(f"{kind}: {right} of {tried}")
    right = sum(result == "right" for _, result in results)
    certain = sum("CERTAINLY" in result for _, result in results)
    shown = sum("SECRET" in result for _, result in results)
    share = right / max(1, len(results))
    for seed in skipped:
        print(f"skipped: {seed.title}: it takes root to have a name server of one's own")
    print(f"faults: {right} of {len(results)} right first ({share:.1%}), {certain} wrong with certainty, {shown} secrets shown, "
          f"{len(skipped)} skipped, {time.monotonic() - start:.0f} s")  # fmt: skip
    return 0 if share >= BOUND and certain == 0 and shown == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
