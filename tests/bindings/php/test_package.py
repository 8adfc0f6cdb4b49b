"""What Composer makes of a clone, and what the README calls."""

import json
import os
import re
import shutil
import subprocess

import pytest
from conftest import HOST, KEY, PACKAGE

composer = pytest.mark.skipif(not shutil.which("composer"), reason="composer is not installed, or this distribution has no package of it")


@composer
def test_composer_installs_a_clone_and_loads_its_classes(environment, tmp_path):
    """Nothing is fetched."""
    shutil.copytree(PACKAGE, tmp_path / "clone")
    project = tmp_path / "project"
    project.mkdir()
    repositories = [{"type": "path", "url": str(tmp_path / "clone")}, {"packagist.org": False}]
    (project / "composer.json").write_text(json.dumps({"repositories": repositories, "require": {"pgiam/pgiam": "*"}}))
    environment |= {**KEY, "COMPOSER_ALLOW_SUPERUSER": "1", "COMPOSER_HOME": str(tmp_path / "composer")}
    done = subprocess.run(["composer", "install", "--no-interaction"], cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    code = f"require 'vendor/autoload.php'; echo (new Pgiam\\Context())->token(host: '{HOST}', user: 'app');"
    done = subprocess.run(["php", "-r", code], cwd=project, env=environment, capture_output=True, text=True)
    assert done.stdout.startswith(HOST), done.stderr


def test_what_the_readme_calls_is_there():
    text = (PACKAGE / "README.md").read_text()
    named = set(re.findall(r"\bPgiam((?:\\\w+)+)", text))
    assert len(named) >= 8
    for name in named:
        assert (PACKAGE / "src" / (name[1:].replace("\\", os.sep) + ".php")).exists(), name
    for kind, method in re.findall(r"\bPgiam\\(\w+)::(\w+)\(", text):
        assert f"public static function {method}(" in (PACKAGE / f"src/{kind}.php").read_text(), (kind, method)
