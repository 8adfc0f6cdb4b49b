"""The constants, structs and signatures of pgiam-sys are those of pgiam.h, by its text and as a C compiler has them."""

import re
import subprocess

import pytest
from conftest import PROGRAMS, ROOT

TEXT = re.sub(r"/\*.*?\*/", " ", (ROOT / "sdk/include/pgiam.h").read_text(), flags=re.S)
SOURCES = ROOT / "bindings/rust/pgiam-sys/src"
RUST = {file.stem: re.sub(r"//.*", "", file.read_text()) for file in SOURCES.glob("*.rs")}
PLAIN = {"int32_t": "i32", "uint32_t": "u32", "int64_t": "i64", "size_t": "usize", "char": "c_char", "void": "c_void"}


def rust_type(text):
    """A C type, its name left out, in Rust."""
    text = re.sub(r"\bstruct\b", "", text).strip()
    if re.fullmatch(r"const char\s*\*\s*const\s*\*", text):
        return "*const *const c_char"
    base = re.sub(r"\bconst\b|\*", "", text).strip()
    kind = f"Option<{base}>" if base.endswith("_fn") else PLAIN.get(base, base)
    stars = text.count("*")
    return "*const " + kind if stars == 1 and "const" in text else "*mut " * stars + kind


def rust_signature(result, arguments):
    kinds = "" if arguments.strip() in ("", "void") else ", ".join(rust_type(re.sub(r"(?<=[\s*])(?!\w*_fn\b)\w+$", "", part.strip())
                                                                           if named(part) else part) for part in arguments.split(","))
    answer = "" if result.strip() == "void" else " -> " + rust_type(result)
    return f"({kinds}){answer}"


def named(argument):
    """Whether it has a name, or is a type alone, as in the table."""
    words = re.sub(r"\b(const|struct)\b|\*", " ", argument).split()
    return len(words) > 1


def members(body):
    return [re.fullmatch(r"(.*?)(\w+)", part.strip(), re.S).groups() for part in body.split(";") if part.strip()]


def c_structs():
    return {name: body for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\} \w+;", TEXT, re.S)}


def rust_structs():
    found = re.findall(r"pub struct (\w+) \{(.*?)\n\}", RUST["structs"] + RUST["api"], re.S)
    plain = re.sub(r"macro_rules! handles.*?\n\}\n", "", RUST["structs"] + RUST["api"], flags=re.S)
    assert plain.count("#[repr(C)]") == len(found)
    return dict(found)


def normal(text):
    return re.sub(r",?\s*\)", ")", re.sub(r"\(\s+", "(", re.sub(r"\s+", " ", text))).strip().rstrip(",")


def test_constants_are_the_headers():
    header = {name: int(value.rstrip("u"), 0) for name, value in re.findall(r"#\s*define (PGIAM_\w+)\s+(0x[0-9a-f]+u|\d+)\s", TEXT)}
    mine = {name: int(value, 0) for name, value in re.findall(r"pub const (\w+): \w+ = (\w+);", RUST["constants"])}
    assert mine.items() <= header.items() and len(mine) > 60


@pytest.mark.parametrize("name", [name for name in c_structs() if name != "pgiam_api"])
def test_structs_have_the_headers_members(name):
    wanted = [(member, rust_type(kind)) for kind, member in members(c_structs()[name])]
    mine = re.findall(r"pub (?:r#)?(\w+): (.+),", rust_structs()[name])
    assert mine == wanted


def test_the_table_has_the_headers_slots():
    wanted = []
    for part in filter(None, (part.strip() for part in c_structs()["pgiam_api"].split(";"))):
        function = re.fullmatch(r"(.*?)\(PGIAM_CALL \*(\w+)\)\((.*)\)", part, re.S)
        if function:
            result, name, arguments = function.groups()
            wanted.append((name, 'unsafe extern "C" fn' + rust_signature(result, arguments)))
        else:
            kind, name = members(part)[0]
            wanted.append((name, rust_type(kind)))
    fields = re.split(r"\bpub (\w+):", rust_structs()["pgiam_api"])[1:]
    assert [(name, normal(kind)) for name, kind in zip(fields[::2], fields[1::2])] == [(name, normal(kind)) for name, kind in wanted]


@pytest.mark.parametrize("name", re.findall(r"PGIAM_CALL \*(pgiam_\w+_fn)\)", TEXT))
def test_callbacks_are_the_headers(name):
    result, arguments = re.search(r"typedef ([\w\s*]+?)\(PGIAM_CALL \*%s\)\(([^)]*)\);" % name, TEXT).groups()
    mine = re.search(r'pub type %s =\s*unsafe extern "C" fn(\(.*?\)(?: -> [^;]+)?);' % name, RUST["structs"] + RUST["api"], re.S).group(1)
    assert normal(mine) == normal(rust_signature(result, arguments))


def test_structs_are_laid_out_as_a_c_compiler_does(tmp_path):
    said = subprocess.check_output([PROGRAMS / "examples/layout"], text=True).split()
    asked, ours = said[::2], [int(value) for value in said[1::2]]
    for name, body in c_structs().items():
        wanted = {f"{name}.{member}" for _, member in members(body)} if name != "pgiam_api" else set()
        assert wanted <= set(asked) and name in asked
    expressions = [f"offsetof({place.replace('.', ', ')})" if "." in place else f"sizeof({place})" for place in asked]
    lines = "".join(f'printf("%zu\\n", {expression});' for expression in expressions)
    source = tmp_path / "ask.c"
    source.write_text(f'#include <stdio.h>\n#include "{ROOT}/sdk/include/pgiam.h"\nint main(void) {{ {lines} return 0; }}\n')
    subprocess.run(["cc", "-o", tmp_path / "ask", source], check=True)
    assert [int(line) for line in subprocess.check_output([tmp_path / "ask"], text=True).split()] == ours
