"""What the package says of pgiam.h is what the header says: the addon takes structs and signatures from it, JavaScript the numbers from
the addon, and a packed copy is the header of today."""

import json
import os
import re
import subprocess

from conftest import NODE, PACKAGE, ROOT

HEADER = ROOT / "sdk/include/pgiam.h"
TEXT = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
SOURCES = {file.name: file.read_text() for file in sorted((PACKAGE / "src").glob("*.cc"))}
TYPES = (PACKAGE / "index.d.ts").read_text()


def evaluated(expression):
    program = f"const native = require({json.dumps(os.environ['PGIAM_TEST_NODE_ADDON'])}); console.log(JSON.stringify({expression}));"
    return json.loads(subprocess.check_output([NODE, "-e", program], text=True))


def test_constants_have_the_headers_values(tmp_path):
    constants = evaluated("native.constants")
    lines = [f'printf("%lld\\n", (long long)PGIAM_{name});' for name in constants]
    source = tmp_path / "ask.c"
    source.write_text(f'#include <stdio.h>\n#include "{HEADER}"\nint main(void) {{\n' + "\n".join(lines) + "\nreturn 0;}\n")
    subprocess.run(["cc", "-o", tmp_path / "ask", source], check=True)
    values = map(int, subprocess.check_output([tmp_path / "ask"], text=True).split())
    assert dict(zip(constants, values)) == constants


def test_every_status_of_the_header_is_known():
    statuses = set(re.findall(r"#define PGIAM_(E_\w+|NOT_APPLICABLE)\s", TEXT))
    assert statuses == {name for name in evaluated("native.constants") if name.startswith("E_")} | {"NOT_APPLICABLE"}
    listed = re.search(r"export type Status =(.*?);", TYPES, re.S).group(1)
    assert {status.removeprefix("E_") for status in statuses} == set(re.findall(r"'(\w+)'", listed))


def test_what_the_header_tells_of_errors_and_replies_is_told():
    """A text or number that is added there has to be handed on here, or be named as left out."""
    left_out = {"PGIAM_REPLY_WARNING", "PGIAM_REPLY_EXPLANATION"}  # told one by one; pgiam_explain's
    defined = set(re.findall(r"#define (PGIAM_(?:ERROR|REPLY)_\w+)\s", TEXT))
    used = set(re.findall(r"PGIAM_(?:ERROR|REPLY)_\w+", SOURCES["values.cc"] + SOURCES["reply.cc"]))
    assert defined - left_out == used


def test_a_requests_fields_are_the_headers():
    body = re.search(r"typedef struct pgiam_request \{(.*?)\} pgiam_request;", TEXT, re.S).group(1)
    members = {re.search(r"(\w+)\s*$", line).group(1) for line in body.split(";") if line.strip()}
    used = set(re.findall(r"request_\.(\w+) =", SOURCES["request.cc"]))
    assert members - used == {"struct_size", "reserved", "host_passwords", "host_password_count"}


def test_the_addon_calls_by_the_headers_table_and_defines_nothing_of_its_own():
    """So that the compiler holds each call against its signature."""
    slots = set(re.findall(r"\(PGIAM_CALL \*(\w+)\)\(", re.search(r"typedef struct pgiam_api \{(.*?)\} pgiam_api;", TEXT, re.S).group(1)))
    for name, text in SOURCES.items():
        called = set(re.findall(r"(?:api\(\)|library)->(\w+)\(", text))
        assert called <= slots, name
        assert not re.search(r"struct pgiam_|define PGIAM_(?!NODE)", text), name


def test_options_are_typed():
    """As far as the library has them; `[option: string]` takes those of a newer one."""
    load = f"(native.load({json.dumps(os.environ['PGIAM_TEST_LIBRARY'])}), native.optionKeys())"
    keys = {re.sub(r"_(\w)", lambda letter: letter.group(1).upper(), key) for key in evaluated(load)}
    body = re.search(r"export interface Options \{(.*?)\n\}", TYPES, re.S).group(1)
    assert set(re.findall(r"^  (\w+)\?:", body, re.M)) == keys


def test_binding_gyp_builds_the_same_sources_as_cmake():
    assert set(re.findall(r'"src/([\w.]+)"', (PACKAGE / "binding.gyp").read_text())) == set(SOURCES)


def test_import_gives_what_require_gives():
    exported = set(re.search(r"export const \{ (.*?) \}", (PACKAGE / "index.mjs").read_text()).group(1).split(", "))
    assert exported == set(re.findall(r"^export (?:function|class|const) (\w+)", TYPES, re.M))
