"""What is installed from the sources, and the examples as their README has them."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pgiam
import pytest
from conftest import HOST, KEY, LIBRARY, PACKAGE, PATH, ROOT, run_python
from driver_fixtures import credentials_of_the_instance, environment_of, instance, needs_module, rds, server, verdicts  # noqa: F401

EXAMPLES = ROOT / "bindings/python/examples"


def test_the_sources_are_what_python_3_9_can_read():
    for source in PACKAGE.rglob("*.py"):
        ast.parse(source.read_text(), source, feature_version=(3, 9))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Where pip has put the package, with the library inside; nothing is fetched and no clone is written to."""
    folder = tmp_path_factory.mktemp("install")
    shutil.copytree(ROOT / "bindings/python", folder / "source", ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", "--no-deps", "--target",
         folder / "site", folder / "source"],
        env={**os.environ, "PGIAM_WHEEL_LIBRARY": LIBRARY}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "site"


@needs_module("pip")
@needs_module("setuptools")
@needs_module("wheel")
def test_an_installed_package_has_its_library_inside(site):
    program = f"import pgiam; print(pgiam.__file__, pgiam.token(host={HOST!r}, user='app'), sep='\\n')"
    done = run_python(program, PYTHONPATH=str(site), PGIAM_LIBRARY="", **KEY)
    place, token = done.stdout.splitlines()
    assert place.startswith(str(site)) and token.startswith(HOST), done.stderr
    assert (site / "pgiam/py.typed").exists() and (site / "pgiam/django/base.py").exists()
    tags = next(site.glob("pgiam-*.dist-info/WHEEL")).read_text()
    assert re.search(r"^Tag: py3-none-linux_\w+$", tags, re.M) and "Root-Is-Purelib: false" in tags


@needs_module("ensurepip")
@needs_module("pip")
@needs_module("setuptools")
@needs_module("wheel")
def test_the_readmes_lines_install_it(tmp_path):
    """As a reader types them in Debian, whose own Python takes no packages of pip's. Setuptools come from there, as nothing is fetched."""
    (clone := tmp_path / "clone/bindings/python").parent.mkdir(parents=True)
    shutil.copytree(ROOT / "bindings/python", clone, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__", ".venv"))
    make, install = re.search(r"^    (python3 -m venv.*)\n    (pip install .*)$", (clone / "README.md").read_text(), re.M).groups()
    environment = {**os.environ, "PATH": "/usr/bin:/bin", "PGIAM_WHEEL_LIBRARY": LIBRARY, "PGIAM_LIBRARY": "", **KEY, "PIP_NO_INDEX": "1",
                   "PIP_NO_BUILD_ISOLATION": "no", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}  # fmt: skip
    call = f"python -c \"import pgiam; print(pgiam.__file__, pgiam.token(host='{HOST}', user='app'))\""
    script = f"{make}\nexport PYTHONPATH=/usr/lib/python3/dist-packages\n{install}\nunset PYTHONPATH\n{call}"
    done = subprocess.run(["bash", "-euc", script.replace("CLONE", str(tmp_path / "clone"))], cwd=tmp_path, env=environment,
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    assert done.returncode == 0, done.stdout
    place, token = done.stdout.splitlines()[-1].split(" ", 1)
    assert place.startswith(str(tmp_path / ".venv")) and token.startswith(HOST)


def test_the_package_has_the_projects_version():
    version = re.search(r"project\(pgiam VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    assert pgiam.__version__ == version == pgiam.library_version()


@pytest.fixture
def environment(rds, server):  # noqa: F811
    return {**environment_of(rds), "PYTHONPATH": PATH, "PGHOST": rds.host, "PGHOSTADDR": server["hostaddr"],
            "PGPORT": str(rds.port), "PGUSER": "app_user", "PGDATABASE": "postgres", "PGSSLROOTCERT": rds.ca_file}  # fmt: skip


@needs_module("psycopg_pool")
def test_reconnect_logs_in_again(environment, rds, verdicts):  # noqa: F811
    with subprocess.Popen([sys.executable, EXAMPLES / "reconnect.py"], env=environment, text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as program:  # fmt: skip
        assert program.stdout.readline() == "connected\n"
        rds.expire_tokens()
        rds.kill_backends()
        assert program.communicate("\n")[0] == "done\n" and program.returncode == 0
    assert verdicts()[-1] == "accepted"


def test_storm_prints_a_token_for_each_and_its_errors(environment, rds):  # noqa: F811
    def storm(**changes):
        return subprocess.run([sys.executable, EXAMPLES / "storm.py", "50"], env={**environment, **changes}, text=True,
                              capture_output=True)  # fmt: skip

    tokens = storm().stdout.splitlines()
    assert len(tokens) == 50 and all(token.startswith(f"{rds.host}:{rds.port}/?Action=connect") for token in tokens)  # of one second, or of two
    failed = storm(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert failed.returncode == 1 and failed.stderr.startswith("storm: no AWS credentials")


def test_what_the_readme_calls_is_there():
    text = (ROOT / "bindings/python/README.md").read_text()
    for name in set(re.findall(r"\bpgiam\.((?:\w+\.)*\w+)", text)) - {"h", "django"}:
        part, *rest = name.split(".")
        if part in ("psycopg", "psycopg2", "sqlalchemy", "asyncpg"):
            assert re.search(rf"(def|class) {rest[0]}\b|^{rest[0]} =", Path(PACKAGE / f"pgiam/{part}.py").read_text(), re.M), name
        else:
            found = pgiam
            for member in [part, *rest]:
                found = getattr(found, member)
