"""The constants, struct layouts and signatures of _abi.py are those of pgiam.h, as a C compiler and its text have them."""

import ctypes
import re
import subprocess

import pytest
from conftest import ROOT
from pgiam import _abi

HEADER = ROOT / "sdk/include/pgiam.h"
TEXT = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
STRUCTS = {
    "pgiam_option": _abi.Option, "pgiam_prompt": _abi.Prompt, "pgiam_config": _abi.Config, "pgiam_request": _abi.Request,
    "pgiam_param": _abi.Param, "pgiam_step": _abi.Step, "pgiam_host": _abi.Host, "pgiam_outcome": _abi.Outcome,
    "pgiam_option_info": _abi.OptionInfo, "pgiam_facts": _abi.Facts,
}  # fmt: skip
CONSTANTS = {name: value for name, value in vars(_abi).items() if name.isupper() and isinstance(value, int) and not name.endswith("_SIZE")}
PLAIN = {
    "void": None, "pgiam_status": ctypes.c_int32, "int32_t": ctypes.c_int32, "uint32_t": ctypes.c_uint32,
    "int64_t": ctypes.c_int64, "size_t": ctypes.c_size_t, "char*": ctypes.c_char_p,
}  # fmt: skip


def compiled(tmp_path, expressions):
    """What a C compiler makes of each expression."""
    lines = [f'printf("%lld\\n", (long long)({expression}));' for expression in expressions]
    source = tmp_path / "ask.c"
    source.write_text(f'#include <stdio.h>\n#include "{HEADER}"\nint main(void) {{\n' + "\n".join(lines) + "\nreturn 0;}\n")
    program = tmp_path / "ask"
    subprocess.run(["cc", "-o", program, source], check=True)
    return [int(line) for line in subprocess.check_output([program], text=True).split()]


def test_constants_have_the_headers_values(tmp_path):
    values = compiled(tmp_path, [f"PGIAM_{name}" for name in CONSTANTS])
    assert dict(zip(CONSTANTS, values)) == CONSTANTS


@pytest.mark.parametrize("name", STRUCTS)
def test_structs_are_laid_out_as_in_the_header(tmp_path, name):
    struct = STRUCTS[name]
    body = re.search(r"typedef struct %s \{(.*?)\} %s;" % (name, name), TEXT, re.S).group(1)
    members = [re.search(r"(\w+)\s*$", line).group(1) for line in body.split(";") if line.strip()]
    assert [field for field, _ in struct._fields_] == members
    asked = [f"sizeof({name})"]
    for member in members:
        asked += [f"offsetof({name}, {member})", f"sizeof((({name} *)0)->{member})"]
    size, *places = compiled(tmp_path, asked)
    ours = [place for member in members for place in (getattr(struct, member).offset, getattr(struct, member).size)]
    assert (ctypes.sizeof(struct), ours) == (size, places)


def kind_of(text):
    """The ctypes type of a C type, its name left out."""
    text = re.sub(r"\b(const|struct)\b", "", text)
    stars, base = text.count("*"), text.replace("*", " ").split()[0]
    if base == "char":
        return ctypes.c_char_p
    if stars == 0:
        return PLAIN[base]
    if base in STRUCTS:
        return ctypes.POINTER(STRUCTS[base])
    if base in PLAIN:
        return ctypes.POINTER(PLAIN[base])
    return ctypes.c_void_p if stars == 1 else ctypes.POINTER(ctypes.c_void_p)  # a handle


def test_signatures_are_the_headers():
    declared, mine = {}, set(_abi.SIGNATURES)
    for result, name, arguments in re.findall(r"PGIAM_EXPORT ([\w\s*]+?)\s*PGIAM_CALL (\w+)\(([^)]*)\);", TEXT):
        if name not in mine:
            continue
        listed = [] if arguments.strip() == "void" else arguments.split(",")
        declared[name] = (kind_of(result), [kind_of(argument) for argument in listed])
    assert declared == _abi.SIGNATURES


@pytest.mark.parametrize("name, ours", [("pgiam_log_fn", _abi.LogFn), ("pgiam_ask_fn", _abi.AskFn)])
def test_callbacks_are_the_headers(name, ours):
    result, arguments = re.search(r"typedef (\w+)\(PGIAM_CALL \*%s\)\(([^)]*)\);" % name, TEXT).groups()
    expected = [ctypes.c_void_p if "void" in argument else kind_of(argument) for argument in arguments.split(",")]
    assert (ours._restype_, list(ours._argtypes_)) == (PLAIN[result], expected)
