"""The constants, struct layouts, functions and options of bindings/dotnet are those of pgiam.h, as a C compiler and its text have
them, and of the library."""

import json
import re
import subprocess

import pytest
from conftest import LIBRARY, ROOT, mono, needs_mono

pytestmark = needs_mono
HEADER = ROOT / "sdk/include/pgiam.h"
TEXT = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
# A C# type may not have a member of its own name.
OTHER_NAMES = {("outcome", "kind"): "outcome"}
STRUCTS = {"option", "prompt", "config", "request", "param", "facts", "step", "outcome"}
PLAIN = {"void": "Void", "pgiam_status": "Int32", "int32_t": "Int32", "uint32_t": "UInt32", "int64_t": "Int64", "size_t": "UIntPtr"}


@pytest.fixture(scope="module")
def ours(program, tmp_path_factory):
    return json.loads(mono(program("Layout.cs", "Json.cs"), home=tmp_path_factory.mktemp("home")).stdout)


def compiled(tmp_path, expressions):
    """What a C compiler makes of each expression."""
    lines = [f'printf("%lld\\n", (long long)({expression}));' for expression in expressions]
    source = tmp_path / "ask.c"
    source.write_text(f'#include <stdio.h>\n#include "{HEADER}"\nint main(void) {{\n' + "\n".join(lines) + "\nreturn 0;}\n")
    program = tmp_path / "ask"
    subprocess.run(["cc", "-o", program, source], check=True)
    return [int(line) for line in subprocess.check_output([program], text=True).split()]


def test_constants_have_the_headers_values(ours, tmp_path):
    values = compiled(tmp_path, [f"PGIAM_{name}" for name in ours["constants"]])
    assert dict(zip(ours["constants"], values)) == ours["constants"]


def members_of(struct):
    body = re.search(r"typedef struct %s \{(.*?)\} %s;" % (struct, struct), TEXT, re.S).group(1)
    lines = [line for line in body.split(";") if line.strip()]
    return [(re.search(r"\*(\w+)\)\(", line) or re.search(r"(\w+)\s*$", line)).group(1) for line in lines]


@pytest.mark.parametrize("name", sorted(STRUCTS | {"api_table"}))
def test_structs_are_laid_out_as_in_the_header(ours, tmp_path, name):
    struct = {"api_table": "pgiam_api"}.get(name, f"pgiam_{name}")
    members = members_of(struct)
    (_, _, size), *fields = ours["structs"][name]
    assert [OTHER_NAMES.get((name, field), field) for field, _, _ in fields] == members
    asked = [f"sizeof({struct})"]
    for member in members:
        asked += [f"offsetof({struct}, {member})", f"sizeof((({struct} *)0)->{member})"]
    assert compiled(tmp_path, asked) == [size, *(number for _, offset, length in fields for number in (offset, length))]


def test_no_struct_is_left_out(ours):
    assert set(ours["structs"]) == STRUCTS | {"api_table"}


def kind_of(text):
    """The C# type of a C type, its name left out."""
    text = re.sub(r"\b(const|struct)\b", "", text)
    stars, base = text.count("*"), text.replace("*", " ").split()[0]
    if stars == 0:
        return PLAIN.get(base, "IntPtr")  # else a pointer to a function
    if stars == 2 or base == "int64_t":
        return {"int64_t": "Int64&"}.get(base, "IntPtr&")
    name = base.removeprefix("pgiam_")
    return f"{name.title()}&" if name in STRUCTS - {"option", "prompt"} else "IntPtr"  # arrays are pointers


def test_functions_are_the_headers(ours):
    functions = {name: types for name, types in ours["functions"].items() if not name.endswith("_fn")}
    declared = {}
    for result, name, arguments in re.findall(r"PGIAM_EXPORT ([\w\s*]+?)\s*PGIAM_CALL pgiam_(\w+)\(([^)]*)\);", TEXT):
        if name in functions:
            listed = [] if arguments.strip() == "void" else arguments.split(",")
            declared[name] = [kind_of(result), *map(kind_of, listed)]
    assert declared == functions


@pytest.mark.parametrize("name", ["log_fn", "ask_fn"])
def test_callbacks_are_the_headers(ours, name):
    result, arguments = re.search(r"typedef (\w+)\(PGIAM_CALL \*pgiam_%s\)\(([^)]*)\);" % name, TEXT).groups()
    assert ours["functions"][name] == [PLAIN[result], *(kind_of(argument) for argument in arguments.split(","))]


def test_every_option_of_the_library_is_a_property(ours, tmp_path):
    source, program = tmp_path / "options.c", tmp_path / "options"
    source.write_text(f"""#include <stdio.h>
        #include "{HEADER}"
        int main(void) {{
          pgiam_option_info info = PGIAM_OPTION_INFO_INIT;
          for (size_t i = 0; pgiam_option_at(i, &info) == PGIAM_OK; i++) puts(info.key);
          return 0; }}""")
    subprocess.run(["cc", "-o", program, source, LIBRARY], check=True)
    options = subprocess.check_output([program], text=True, env={"LD_LIBRARY_PATH": LIBRARY.rpartition("/")[0]}).split()
    squeezed = {name.replace("_", "") for name in ours["options"]}
    assert {option.replace("_", "") for option in options} == squeezed
