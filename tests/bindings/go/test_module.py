"""The module's own tests, and its form."""

import re
import subprocess

from conftest import GO, MODULE, ROOT, environment, go, needs_go

pytestmark = needs_go


def test_the_module_passes_its_own_tests():
    go("test", "-count=1", "./...", MALLOC_PERTURB_="165")  # what freed memory is filled with shows who still looks at it


def test_vet_has_nothing_to_say():
    go("vet", "./...")


def test_the_sources_are_formatted():
    done = subprocess.run([str(GO) + "fmt", "-l", "."], cwd=MODULE, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_the_module_has_the_projects_version():
    version = re.search(r"project\(pgiam VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    assert f'const Version = "{version}"' in (MODULE / "pgiam.go").read_text()


def test_the_core_imports_no_driver_and_little_else():
    imported = go("list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").split()
    assert [name for name in imported if not name.startswith(("pgiam.org/pgiam", "github.com/ebitengine/purego"))] == []
