"""The constants, struct layouts and signatures of Abi.php are those of pgiam.h, as a C compiler and its text have them."""

import json
import re
import subprocess

import pytest
from conftest import PACKAGE, ROOT

HEADER = ROOT / "sdk/include/pgiam.h"
TEXT = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
ABI = (PACKAGE / "src/Internal/Abi.php").read_text()
CONSTANTS = {name: int(value, 0) for name, value in re.findall(r"public const (\w+) = (0x[\da-f]+|\d+);", ABI)}
DECLARATIONS = re.search(r"DECLARATIONS = <<<'C'\n(.*?)\n\s*C;", ABI, re.S).group(1)
STRUCTS = dict(re.findall(r"typedef struct (\w+) \{(.*?)\} \1;", DECLARATIONS, re.S))
FUNCTION = re.compile(r"^\s*([\w\s*]+?)\b(pgiam_\w+)\(([^)]*)\);", re.M)

LAYOUTS = """
$ffi = Pgiam\\Internal\\Library::ffi();
foreach (%s as $name) {
    $type = FFI::typeof($ffi->new($name));
    $members = [];
    foreach ($type->getStructFieldNames() as $member) {
        $members[] = [$member, $type->getStructFieldOffset($member), $type->getStructFieldType($member)->getSize()];
    }
    tell([$name, $type->getSize(), $members]);
}"""


def compiled(tmp_path, expressions):
    """What a C compiler makes of each expression."""
    lines = [f'printf("%lld\\n", (long long)({expression}));' for expression in expressions]
    source = tmp_path / "ask.c"
    source.write_text(f'#include <stdio.h>\n#include "{HEADER}"\nint main(void) {{\n' + "\n".join(lines) + "\nreturn 0;}\n")
    program = tmp_path / "ask"
    subprocess.run(["cc", "-o", program, source], check=True)
    return [int(line) for line in subprocess.check_output([program], text=True).split()]


def in_header(name):
    return f"PGIAM_ABI_{name}" if name in ("MAJOR", "MINOR") else f"PGIAM_{name}"


def test_constants_have_the_headers_values(tmp_path):
    assert len(CONSTANTS) > 40
    assert dict(zip(CONSTANTS, compiled(tmp_path, map(in_header, CONSTANTS)))) == CONSTANTS


def test_structs_are_laid_out_as_in_the_header(tmp_path, php):
    for name, size, members in php(LAYOUTS % json.dumps(list(STRUCTS))):
        body = re.search(r"typedef struct %s \{(.*?)\} %s;" % (name, name), TEXT, re.S).group(1)
        declared = [re.search(r"(\w+)\s*$", line).group(1) for line in body.split(";") if line.strip()]
        assert [member for member, _, _ in members] == declared, name
        asked = [f"sizeof({name})"]
        for member in declared:
            asked += [f"offsetof({name}, {member})", f"sizeof((({name} *)0)->{member})"]
        assert compiled(tmp_path, asked) == [size, *(place for member in members for place in member[1:])], name


def test_each_member_has_a_line_of_its_own():
    for name, body in STRUCTS.items():
        assert not re.search(r"[,;].*\S", "\n".join(line.rstrip().removesuffix(";") for line in body.splitlines())), name


def signatures(text):
    """Of each function its types, blanks and names left out."""
    found = {}
    for result, name, arguments in FUNCTION.findall(text):
        types = [re.sub(r"\w+$", "", argument.strip()) if argument.strip() != "void" else "" for argument in arguments.split(",")]
        found[name] = re.sub(r"\bstruct\b|\s", "", ",".join([result, *types]))
    return found


def test_signatures_are_the_headers():
    declared = signatures(re.sub(r"PGIAM_EXPORT|PGIAM_CALL", "", TEXT))
    mine = signatures(DECLARATIONS)
    assert len(mine) > 30
    assert {name: declared.get(name) for name in mine} == mine


@pytest.mark.parametrize("name", ["pgiam_ask_fn"])
def test_callbacks_are_the_headers(name):
    def arguments(text):
        found = re.search(r"typedef void\s*\((?:PGIAM_CALL )?\*%s\)\(([^)]*)\);" % name, text).group(1)
        return [re.sub(r"\s", "", argument) for argument in found.split(",")]

    assert arguments(DECLARATIONS) == arguments(TEXT)
