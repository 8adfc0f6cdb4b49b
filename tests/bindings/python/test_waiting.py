"""Threads, event loops, signals and forks: nobody else waits for a token that is slow to come."""

import asyncio
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pgiam
import pytest
from conftest import HOST, PACKAGE, run_python, threads, until

PREFIX = f"{HOST}:5432/?Action=connect&DBUser=app&"


def in_threads(count, work):
    results = []
    workers = [threading.Thread(target=lambda: results.append(work())) for _ in range(count)]
    for worker in workers:
        worker.start()
    return workers, results


def test_callers_of_one_source_share_one_fetch_and_other_threads_run_on(context, slow):
    workers, results = in_threads(32, lambda: context.token(host=HOST, user="app"))
    until(lambda: len(context._operations) == 32 and slow.runs() == 1)
    assert sum(range(1000)) == 499500 and not results  # this thread has the GIL when it wants it
    slow.open()
    for worker in workers:
        worker.join()
    assert len(results) == 32 and all(token.startswith(PREFIX) for token in results) and slow.runs() == 1


def test_a_thousand_tasks_take_no_threads_and_the_loop_goes_on(context, slow):
    async def main():
        tasks = [asyncio.ensure_future(pgiam.aio.token(host=HOST, user=f"user{i}", context=context)) for i in range(1000)]
        while slow.runs() == 0:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0)
        during, descriptors = threads(), len(os.listdir("/proc/self/fd"))
        ticked = 0
        for _ in range(50):
            await asyncio.sleep(0)
            ticked += 1
        assert ticked == 50 and not any(task.done() for task in tasks)
        slow.open()
        return await asyncio.gather(*tasks), during, descriptors

    before = threads(), len(os.listdir("/proc/self/fd"))
    tokens, during, descriptors = asyncio.run(main())
    assert len(tokens) == 1000 and all(token.startswith(HOST) for token in tokens) and slow.runs() == 1
    # The library's own are 64 at most, for all the tasks that there may be.
    assert during - before[0] <= 64 and descriptors - before[1] <= 300
    assert not context._operations and not context._calls


def test_slow_profiles_do_not_starve_the_loops_own_executor(context, slow):
    async def main():
        tasks = [asyncio.ensure_future(pgiam.aio.token(host=HOST, user="app", profile=f"slow{i}", context=context)) for i in range(24)]
        while slow.runs() < 24:
            await asyncio.sleep(0.01)
        loop = asyncio.get_running_loop()
        await asyncio.wait_for(loop.getaddrinfo("127.0.0.1", 1), 60)
        slow.open()
        return await asyncio.gather(*tasks)

    assert len(asyncio.run(main())) == 24


def test_a_cancelled_task_cancels_its_fetch(context, slow):
    async def main():
        task = asyncio.ensure_future(pgiam.aio.token(host=HOST, user="app", context=context))
        while slow.runs() == 0:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not context._operations
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(pgiam.aio.token(host=HOST, user="app", context=context), 0.05)

    asyncio.run(main())


def test_a_slow_function_of_the_programs_own_does_not_hold_the_loop(context, home):
    gate = threading.Event()

    def credentials():
        assert gate.wait(60)
        return "AKIA", "secret"

    async def main():
        task = asyncio.ensure_future(pgiam.aio.token(host=HOST, user="app", credentials=credentials, context=context))
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert not task.done()
        gate.set()
        return await task

    assert asyncio.run(main()).startswith(PREFIX)


def test_an_awaited_source_in_an_event_loop(context, home):
    async def credentials():
        await asyncio.sleep(0)
        return "AKIA", "secret"

    async def main():
        return await asyncio.gather(*(pgiam.aio.answer(host=HOST, user=f"user{i}", credentials=credentials, context=context)
                                      for i in range(20)))

    assert {answer.provider for answer in asyncio.run(main())} == {"host"}


def test_a_time_limit_of_its_own_is_told_as_one(context, slow):
    started = time.monotonic()
    with pytest.raises(pgiam.Error) as raised:
        context.token(host=HOST, user="app", timeout_ms=1500)
    assert raised.value.status == "TIMEOUT" and 1 < time.monotonic() - started < 60

    async def main():
        await pgiam.aio.token(host=HOST, user="app", timeout_ms=700, context=context)

    with pytest.raises(pgiam.Error) as raised:
        asyncio.run(main())
    assert raised.value.status == "TIMEOUT"


INTERRUPTED = f"""
import sys, pgiam
try: pgiam.token(host={HOST!r}, user="app", timeout_ms=600000)
except KeyboardInterrupt: print("interrupted", flush=True); sys.exit(3)
"""


def test_ctrl_c_interrupts_at_once(slow):
    child = subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, text=True,
                             env={**os.environ, "PYTHONPATH": str(PACKAGE)},
                             # What a shell starts behind itself ignores it, and so would all that this starts.
                             preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # fmt: skip
    until(lambda: slow.runs() == 1)
    child.send_signal(signal.SIGINT)  # once: a second could meet its end
    assert child.stdout.read() == "interrupted\n" and child.wait() == 3
    child.stdout.close()


def test_closing_a_context_cancels_those_who_wait(slow):
    context = pgiam.Context(cache="memory")
    errors = []

    def ask():
        try:
            context.token(host=HOST, user="app", timeout_ms=600000)
        except pgiam.Error as error:
            errors.append(error.status)

    workers, _ = in_threads(4, ask)
    until(lambda: slow.runs() == 1 and len(context._operations) == 4)
    context.close()
    for worker in workers:
        worker.join(60)
    assert set(errors) <= {"CANCELLED", "INVALID_STATE"} and len(errors) == 4


# ---- Forks ----


def tell(pipe, context, user):
    try:
        pipe.send(context.token(host=HOST, user=user).partition("&X-Amz")[0])
    except BaseException as error:
        pipe.send(repr(error))


def forked(context, user="app"):
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    child = fork.Process(target=tell, args=(theirs, context, user))
    child.start()
    return child, ours


def received(child, pipe):
    assert pipe.poll(120), "the child hangs"
    text = pipe.recv()
    child.join(60)
    assert child.exitcode == 0
    return text


def test_a_forked_child_goes_on_with_what_its_parent_has(context, keys):
    context.token(host=HOST, user="app")
    assert received(*forked(context)) == PREFIX.removesuffix("&")
    assert received(*forked(context, "ann")).endswith("DBUser=ann")


def test_a_child_that_was_forked_while_its_parent_fetches(context, slow):
    workers, results = in_threads(8, lambda: context.token(host=HOST, user="app", timeout_ms=600000))
    until(lambda: slow.runs() == 1 and len(context._operations) == 8)
    children = [forked(context) for _ in range(3)]
    until(lambda: slow.runs() == 4)  # each child has its own
    slow.open()
    assert [received(*child) for child in children] == [PREFIX.removesuffix("&")] * 3
    for worker in workers:
        worker.join(60)
    assert len(results) == 8


def test_forks_while_threads_fetch_and_log(home, keys, caplog):
    """The library logs from its own threads, for which they need the GIL; fork() takes the library's locks and has it."""
    caplog.set_level("DEBUG", logger="pgiam")
    ends = threading.Event()
    with pgiam.Context(cache="memory") as context:
        def work():
            while not ends.is_set():
                context.token(host=HOST, user=f"user{time.monotonic_ns() % 50}", region="us-east-2", reuse_seconds=0)

        workers, _ = in_threads(4, work)
        try:
            for child in [forked(context) for _ in range(15)]:
                assert received(*child).startswith(HOST)
        finally:
            ends.set()
        for worker in workers:
            worker.join(60)


def test_a_pool_of_processes(keys):
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert {token.partition("&X-Amz")[0] for token in pool.map(ask_for, ["app"] * 16)} == {PREFIX.removesuffix("&")}


def ask_for(user):
    return pgiam.token(host=HOST, user=user)


CLOSED_MEANWHILE = f"""
import threading, pgiam
from pgiam import _attempt
class Refused(Exception): sqlstate = "28P01"
def dial(apply):
    closer = threading.Thread(target=context.close)
    closer.start()
    closer.join()
    raise Refused("no")
for _ in range(20):
    context = pgiam.Context(cache="memory")
    attempt = _attempt.Attempt(context, dict(host={HOST!r}, user="app"), {{}}, "*", None)
    try: _attempt.connect(attempt, dial, Refused)
    except pgiam.Error as error: said = error.status, type(error.__cause__).__name__
print(*said)
"""


def test_a_context_may_be_closed_while_a_driver_connects(keys):
    """What freed memory is filled with shows who still looks at it."""
    assert run_python(CLOSED_MEANWHILE, MALLOC_PERTURB_="165").stdout == "INVALID_STATE Refused\n"


CLOSED_AMID_CALLS = f"""
import threading, pgiam
def ask(context, number, said):
    try:
        while True: context.token(host={HOST!r}, user="app", reuse_seconds=0, credentials=lambda: (f"AKIA{{number}}", "secret"))
    except pgiam.Error as error:
        said.append(error.status)
said = []
for _ in range(10):
    context = pgiam.Context(cache="memory")
    threads = [threading.Thread(target=ask, args=(context, number, said)) for number in range(8)]
    for thread in threads: thread.start()
    context.close()
    for thread in threads: thread.join()
print(len(said), *sorted(set(said)))
"""


def test_a_context_may_be_closed_amid_the_calls_of_threads(keys):
    count, *statuses = run_python(CLOSED_AMID_CALLS, MALLOC_PERTURB_="165").stdout.split()
    assert count == "80" and set(statuses) <= {"CANCELLED", "INVALID_STATE"}


MANY = f"""
import os, pgiam
def held():
    pages = int(open("/proc/self/statm").read().split()[1])
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")), pages * os.sysconf("SC_PAGE_SIZE")
def many(count):
    for i in range(count):
        context.token(host={HOST!r}, user=f"user{{i % 300}}")
    return held()
with pgiam.Context(cache="memory") as context:
    print(*many(5000), *many({200_000 if os.environ.get("PGIAM_TEST_LONG") else 15_000}))
"""


def test_nothing_is_lost_over_many_calls(keys):
    threads_before, descriptors_before, memory_before, *after = map(int, run_python(MANY).stdout.split())
    assert after[0] <= threads_before + 64  # the library's own threads come and go
    assert after[1] <= descriptors_before
    assert after[2] - memory_before < 8 << 20
    print("threads, descriptors, bytes:", (threads_before, descriptors_before, memory_before), tuple(after))


def test_the_end_of_the_process_waits_for_nothing(slow):
    with socket.socket() as never:
        program = f"""
import threading, time, pgiam
threading.Thread(target=lambda: pgiam.token(host={HOST!r}, user="app", timeout_ms=600000), daemon=True).start()
while not pgiam.default_context()._operations: time.sleep(0.01)
"""
        started = time.monotonic()
        done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(PACKAGE)}, timeout=120,
                              capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - started < 60 and never
