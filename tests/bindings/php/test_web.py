"""PHP-FPM: workers that are forked, requests that leave nothing behind but the library's context, and where FFI is restricted."""

import concurrent.futures
import glob
import json
import os
import shutil
import subprocess

import pytest
from conftest import HOST, PACKAGE, PHP, until
from fastcgi import ask, listens

VERSION = PHP and subprocess.check_output([PHP, "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;"], text=True)
FPM = shutil.which(f"php-fpm{VERSION}", path="/usr/sbin:/usr/bin") or next(iter(glob.glob("/usr/sbin/php-fpm*")), None)

pytestmark = pytest.mark.skipif(not FPM, reason="php-fpm is not installed, or this distribution has no package of it")

PAGE = f"""<?php
if (!class_exists('Pgiam\\\\Context', false)) {{ require '{PACKAGE}/autoload.php'; }}
try {{
    $told = match ($_GET['ask']) {{
        'token' => substr((new Pgiam\\Context())->token(host: '{HOST}', user: 'app'), 0, 10),
        'default' => substr(Pgiam\\Context::default()->token(host: '{HOST}', user: $_GET['user']), 0, 10),
        'own' => substr(Pgiam\\Context::ofProcess(profile: 'default')->token(host: '{HOST}', user: 'app'), 0, 10),
        'threads' => count(scandir('/proc/self/task')) - 2,
        'descriptors' => count(scandir('/proc/self/fd')),
        'credentials' => preg_match('/AKIAOWN/', Pgiam\\Context::default()->token(host: '{HOST}', user: 'app',
            credentials: fn () => ['AKIAOWN', 'secret'], credentialsIdentity: 'own')),
    }};
    echo json_encode([getmypid(), $told]);
}} catch (Pgiam\\Error $error) {{
    echo json_encode([$error->code, $error->hint]);
}}
"""


@pytest.fixture
def fpm(environment, tmp_path):
    """Starts one with these settings of php.ini; pages are asked of it."""
    running = []
    page, address = tmp_path / "page.php", tmp_path / "socket"
    page.write_text(PAGE)

    def start(*settings, workers=1):
        pool = {"listen": address, "pm": "static", "pm.max_children": workers, "clear_env": "no", "env[HOME]": tmp_path}
        if os.geteuid() == 0:
            pool |= {"user": "root", "group": "root"}
        lines = ["[global]", f"error_log = {tmp_path}/fpm.log", "daemonize = no", "[www]", *(f"{key} = {value}" for key, value in pool.items())]
        (tmp_path / "fpm.conf").write_text("\n".join(lines) + "\n")
        given = [part for setting in settings for part in ("-d", setting)]
        command = [FPM, "--fpm-config", tmp_path / "fpm.conf", "--nodaemonize", "--allow-to-run-as-root", *given]
        running.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        until(lambda: listens(address))
        return lambda query: json.loads(ask(address, page, query))

    yield start
    for process in running:
        process.terminate()
        process.wait(60)


def test_where_ffi_is_for_preloading_only_it_is_told_what_to_set(fpm, keys):
    code, hint = fpm("ffi.enable=preload")("ask=token")
    assert code == "no_ffi" and "ffi.enable=true" in hint and "preload.php" in hint


@pytest.mark.parametrize("settings", [["ffi.enable=true"], [f"opcache.preload={PACKAGE}/preload.php", "ffi.enable=preload"]],
                         ids=["enabled", "preloaded"])  # fmt: skip
def test_a_worker_fetches_once_for_all_its_requests(fpm, slow, settings):
    if os.geteuid() == 0:
        settings = [*settings, "opcache.preload_user=root"]
    page = fpm(*settings)
    slow.open()
    first = page("ask=default&user=app")
    before = [page(f"ask={what}")[1] for what in ("threads", "descriptors")]
    assert [page(f"ask=default&user=user{i}") for i in range(20)] == [first] * 20 and first[1] == HOST[:10]
    assert slow.runs() == 1
    assert page("ask=own") == first and page("ask=own") == first and slow.runs() == 2
    for _ in range(5):
        assert page("ask=credentials") == [first[0], 1]
        assert page("ask=token") == first
    assert slow.runs() == 2  # a request's own context shares what the process's has
    after = [page(f"ask={what}")[1] for what in ("threads", "descriptors")]
    assert after[0] <= before[0] + 8 and after[1] <= before[1] + 1  # the library's own threads come and go


def test_each_worker_has_its_own(fpm, slow):
    page = fpm("ffi.enable=true", workers=3)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(page, "ask=default&user=app") for _ in range(3)]
        until(lambda: slow.runs() == 3)
        slow.open()
        assert len({answer.result()[0] for answer in asked}) == 3
    assert {page("ask=default&user=ann")[1] for _ in range(6)} == {HOST[:10]} and slow.runs() == 3
