"""The gate of the ABI itself: what it lets pass, and what it stops."""

import shutil

import abi
import pytest

NEW_FUNCTION = "PGIAM_EXPORT int32_t PGIAM_CALL pgiam_newest(int32_t number);\n"


@pytest.fixture
def told(tmp_path, capfd):
    """told((this, that), …): what the gate says of a pgiam.h in which this has become that."""
    shutil.copytree(abi.ROOT / "sdk/abi", tmp_path / "sdk/abi")

    def run(*changes):
        text = (abi.ROOT / "sdk/include/pgiam.h").read_text()
        for this, that in changes:
            assert this in text, f"pgiam.h has no {this!r} any more"
            text = text.replace(this, that, 1)
        (tmp_path / "sdk/include").mkdir(exist_ok=True)
        (tmp_path / "sdk/include/pgiam.h").write_text(text)
        return abi.check(tmp_path), capfd.readouterr().out

    return run


needs_abidiff = pytest.mark.skipif(not shutil.which("abidiff"), reason="no abidiff here (Debian: abigail-tools)")
BEFORE_THE_END = "#ifdef __cplusplus\n}"


@needs_abidiff
@pytest.mark.parametrize(
    "this, that",
    [
        ("size_t index);", "size_t index);"),
        (BEFORE_THE_END, NEW_FUNCTION + BEFORE_THE_END),
        ("} pgiam_request;", "  int32_t newest; uint32_t more;\n} pgiam_request;"),
        ("} pgiam_api;", "  int32_t (PGIAM_CALL *newest)(int32_t number);\n} pgiam_api;"),
    ],
    ids=["nothing", "a function", "a field at the end", "a slot at the end"],
)
def test_what_is_added_passes(told, this, that):
    assert told((this, that))[0] == 0


@needs_abidiff
@pytest.mark.parametrize(
    "this, that, named",
    [
        ("pgiam_error_number(const pgiam_error *error, int32_t field)", "pgiam_error_number(const pgiam_error *error, int64_t field)",
         "pgiam_error_number"),
        ("PGIAM_EXPORT void PGIAM_CALL pgiam_error_free", "void PGIAM_CALL pgiam_error_free_now", "pgiam_error_free"),
        ("typedef struct pgiam_request {", "typedef struct pgiam_request {\n  const char *first;", "pgiam_request"),
        ("typedef int32_t pgiam_status;", "typedef int64_t pgiam_status;", "pgiam_status"),
    ],
    ids=["a parameter", "a function that is gone", "a field before others", "a type"],
)  # fmt: skip
def test_what_is_changed_or_gone_is_told(told, this, that, named):
    code, said = told((this, that))
    assert code == 1 and named in said and "sdk/abi/1.0/libpgiam.abi" in said


def test_a_number_with_another_meaning_is_told(told):
    code, said = told(("#define PGIAM_E_DENIED               203", "#define PGIAM_E_DENIED               207"))
    assert code == 1 and "PGIAM_E_DENIED was 203 in sdk/abi/1.0/pgiam.h, and is 207 in pgiam.h" in said
