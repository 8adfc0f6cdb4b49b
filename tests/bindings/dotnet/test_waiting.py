"""Threads, tasks, cancelling, and a program's own credentials: nobody else waits for a token that is slow to come."""

import pytest
from conftest import HERE, check, mono, names_in, needs_mono, results_of

pytestmark = needs_mono


@pytest.fixture(scope="module")
def results(program, tmp_path_factory):
    """Of a home with profiles whose programs wait."""
    home = tmp_path_factory.mktemp("home")
    (home / ".aws").mkdir()
    profiles = []
    for i in range(1, 21):
        (home / str(i)).mkdir()
        profiles.append(f"[profile slow{i}]\ncredential_process = {HERE.parent}/slow_program {home}/{i} {i}\nregion = eu-west-1\n")
    (home / ".aws/config").write_text("".join(profiles))
    # What freed memory is filled with shows who still looks at it.
    return results_of(mono(program("WaitingTests.cs", "Check.cs"), home=home, MALLOC_PERTURB_="165"))


@pytest.mark.parametrize("name", [*names_in("WaitingTests.cs"), "how it ended"])
def test_waiting(results, name):
    check(results, name)
