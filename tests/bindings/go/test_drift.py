"""The constants, struct layouts and signatures of internal/abi are those of pgiam.h, as a C compiler and its text have them."""

import json
import re
import subprocess

import pytest
from conftest import MODULE, ROOT, go, needs_go

pytestmark = needs_go
HEADER = ROOT / "sdk/include/pgiam.h"
TEXT = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
ABI = MODULE / "internal/abi"
CONSTANTS = dict(re.findall(r"^\t(\w+)\s*=\s*(\w+)(?:\s*//.*)?$", (ABI / "constants.go").read_text(), re.M))
STRUCTS = re.findall(r"^type (\w+) struct \{$", (ABI / "structs.go").read_text(), re.M)


def snake(name):
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def compiled(tmp_path, expressions):
    """What a C compiler makes of each expression."""
    lines = [f'printf("%lld\\n", (long long)({expression}));' for expression in expressions]
    source = tmp_path / "ask.c"
    source.write_text(f'#include <stdio.h>\n#include "{HEADER}"\nint main(void) {{\n' + "\n".join(lines) + "\nreturn 0;}\n")
    subprocess.run(["cc", "-o", tmp_path / "ask", source], check=True)
    return [int(line) for line in subprocess.check_output([tmp_path / "ask"], text=True).split()]


def test_constants_have_the_headers_values(tmp_path):
    assert len(CONSTANTS) > 60
    values = compiled(tmp_path, [f"PGIAM_{snake(name).upper()}" for name in CONSTANTS])
    assert dict(zip(CONSTANTS, values)) == {name: int(value, 0) for name, value in CONSTANTS.items()}


@pytest.fixture(scope="module")
def layouts():
    """Of each struct its size and (member, offset, size), as the Go compiler lays it out."""
    return json.loads(go("run", "./internal/layouts"))


@pytest.mark.parametrize("name", STRUCTS)
def test_structs_are_laid_out_as_in_the_header(tmp_path, layouts, name):
    struct = f"pgiam_{snake(name)}"
    body = re.search(r"typedef struct %s \{(.*?)\} %s;" % (struct, struct), TEXT, re.S).group(1)
    members = [re.search(r"(\w+)\s*$", line).group(1) for line in body.split(";") if line.strip()]
    assert [snake(member) for member, _, _ in layouts[name]["members"]] == members
    asked = [f"sizeof({struct})"]
    for member in members:
        asked += [f"offsetof({struct}, {member})", f"sizeof((({struct} *)0)->{member})"]
    ours = [number for _, offset, size in layouts[name]["members"] for number in (offset, size)]
    assert [layouts[name]["size"], *ours] == compiled(tmp_path, asked)


# A C type, and what calls.go may have in its place.
PLAIN = {"void": "", "pgiam_status": "int32", "int32_t": "int32", "uint32_t": "uint32", "int64_t": "int64", "size_t": "uintptr"}


def kind_of(text):
    """The Go type of a C type, its name left out."""
    text = re.sub(r"\b(const|struct)\b", "", text)
    stars, base = text.count("*"), text.replace("*", " ").split()[0]
    if base == "char":
        return "text"
    if stars == 0:
        return PLAIN.get(base, "Function")
    camel = "".join(part.capitalize() for part in base.removeprefix("pgiam_").split("_"))
    if camel in STRUCTS:
        return "*" + camel
    if base in PLAIN:
        return "*" + PLAIN[base]
    return "Handle" if stars == 1 else "*Handle"


def types_of(parameters):
    """Of "question Handle, out, err *Handle" the types, one each."""
    parts = [part.split() for part in parameters.split(",") if part.strip()]
    types, last = [], ""
    for part in reversed(parts):
        last = part[1] if len(part) == 2 else last
        types.insert(0, "text" if last in ("*byte", "string") else last)
    return types


def test_signatures_are_the_headers():
    source = (ABI / "calls.go").read_text()
    declared = {name: ([kind_of(one) for one in arguments.split(",")] if arguments.strip() != "void" else [], kind_of(result))
                for result, name, arguments in re.findall(r"PGIAM_EXPORT ([\w\s*]+?)\s*PGIAM_CALL (\w+)\(([^)]*)\);", TEXT)}  # fmt: skip
    ours = {f"pgiam_{snake(name)}": (types_of(parameters), "text" if result == "string" else result)
            for name, parameters, result in re.findall(r"^func \(l \*Library\) ([A-Z]\w+)\((.*?)\) ?(\w*) \{", source, re.M)}  # fmt: skip
    assert len(ours) > 30 and ours == {name: declared[name] for name in ours}


def test_each_name_is_looked_up_for_its_own_call():
    source = (ABI / "calls.go").read_text()
    table = dict(re.findall(r'"(pgiam_\w+)": &l\.(\w+)', source))
    called = dict(re.findall(r"^func \(l \*Library\) ([A-Z]\w+)\(.*?call\(l\.(\w+),", source, re.M | re.S))
    assert {name: snake(field) for name, field in table.items()} == {name: name.removeprefix("pgiam_") for name in table}
    assert {snake(name) for name in called} == {name.removeprefix("pgiam_") for name in table}
    assert all(snake(name) == snake(field) for name, field in called.items())


def test_every_argument_reaches_its_call():
    """A call gives C as many of its five places as the function has parameters, in their order."""
    source = (ABI / "calls.go").read_text()
    for name, parameters, arguments in re.findall(r"^func \(l \*Library\) ([A-Z]\w+)\((.*?)\).*?call\(l\.\w+,(.*?)\)+(?: \}|\n\})", source, re.M | re.S):
        names = [part.split()[0] for part in parameters.split(",") if part.strip()]
        given = re.findall(r"\b(\w+)\b", re.sub(r"uintptr|unsafe\.Pointer", "", arguments))
        assert given == names + ["0"] * (5 - len(names)), name


@pytest.mark.parametrize("name, ours", [("pgiam_log_fn", "pgiam_go_log"), ("pgiam_ask_fn", "pgiam_go_ask")])
def test_callbacks_take_what_the_header_gives(name, ours):
    given = re.search(r"typedef void\(PGIAM_CALL \*%s\)\(([^)]*)\);" % name, TEXT).group(1)
    taken = re.search(r"void %s\(([^)]*)\);" % ours, (ABI / "callbacks_cgo.go").read_text()).group(1)
    assert ["int32_t" if "int32_t" in one else "uintptr_t" for one in given.split(",")] == [one.split()[0] for one in taken.split(",")]
