"""versions.py on a copy of the sources: that --set writes a new version everywhere, and that one beside what it knows is found."""

import shutil

import pytest
import versions

ROOT = versions.pathlib.Path(__file__).resolve().parents[2]
NEXT = "10.20.30"


@pytest.fixture
def copy(tmp_path):
    wanted = [pattern for pattern, _ in [*versions.WRITTEN, *versions.TAKEN]] + ["sdk/include/pgiam.h", "plugin/CMakeLists.txt", "plugin/exports.txt"]
    for path in {*versions.pages(ROOT)}.union(*(versions.files(ROOT, pattern) for pattern in wanted)):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    versions.write(tmp_path, NEXT)
    return tmp_path


def test_a_new_version_is_written_everywhere_but_in_the_change_log(copy):
    wrong = [fault.split()[0] for fault in versions.faults_of_sources(copy, NEXT)]
    assert wrong == ["sdk/CHANGELOG.md"] and not [*versions.faults_of_abi(copy), *versions.strays(copy, NEXT)]
    before = versions.re.search(versions.WRITTEN[0][1], (ROOT / "CMakeLists.txt").read_text())[1]
    assert not [*versions.strays(copy, before)]


@pytest.mark.parametrize("words", [f"As of {NEXT} it does.", "Take pgiam-1.0.0-linux-x86_64.tar.gz.", "`pgiam@v1.0.0`"])
def test_a_version_beside_what_set_knows_is_found(words, copy):
    with open(copy / "README.md", "a") as readme:
        readme.write(words)
    assert [fault.split()[0] for fault in versions.strays(copy, NEXT)] == ["README.md"]
