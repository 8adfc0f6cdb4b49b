"""Files and variables alone: the same key id as botocore finds."""
import pytest

KEYS = "aws_access_key_id = {0}\naws_secret_access_key = s\n"


def keys(access_key_id):
    return KEYS.format(access_key_id)


CASES = {
    "keys of the default profile": ("", "[default]\n" + keys("AKIA1"), {}, None, "AKIA1"),
    "keys in the config file": ("[default]\n" + keys("AKIA1"), "", {}, None, "AKIA1"),
    "a profile of the config file": ("[profile dev]\n" + keys("AKIA1"), "", {"AWS_PROFILE": "dev"}, None, "AKIA1"),
    "the credentials file beats the config file":
        ("[profile dev]\n" + keys("AKIACONFIG"), "[dev]\n" + keys("AKIA1"), {"AWS_PROFILE": "dev"}, None, "AKIA1"),
    "variables beat the default profile":
        ("", "[default]\n" + keys("AKIAFILE"), {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s"}, None, "AKIA1"),
    "variables beat the profile of a variable":
        ("", "[dev]\n" + keys("AKIAFILE"),
         {"AWS_PROFILE": "dev", "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s"}, None, "AKIA1"),
    "a profile that is asked for beats variables":
        ("", "[dev]\n" + keys("AKIA1"), {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"}, "dev", "AKIA1"),
    "AWS_DEFAULT_PROFILE": ("", "[dev]\n" + keys("AKIA1"), {"AWS_DEFAULT_PROFILE": "dev"}, None, "AKIA1"),
    "comments, blank lines, indented comments":
        ("", "# x\n[default]\n\n; y\n" + keys("AKIA1") + "  # z\n", {}, None, "AKIA1"),
    "keys in capitals": ("", "[default]\nAWS_ACCESS_KEY_ID = AKIA1\nAws_Secret_Access_Key = s\n", {}, None, "AKIA1"),
    "CR LF": ("", "[default]\r\naws_access_key_id = AKIA1\r\naws_secret_access_key = s\r\n", {}, None, "AKIA1"),
    "a quoted name": ("[profile \"my dev\"]\n" + keys("AKIA1"), "", {"AWS_PROFILE": "my dev"}, None, "AKIA1"),
    "nothing at all": ("", "", {}, None, None),
    "a profile without credentials": ("[default]\nregion = eu-west-1\n", "", {}, None, None),
    "a profile that does not exist": ("", "", {"AWS_PROFILE": "dev"}, None, None),
    "half a pair in the environment": ("", "[default]\n" + keys("AKIAFILE"), {"AWS_ACCESS_KEY_ID": "AKIA1"}, None, None),
    "half a pair in a file": ("", "[default]\naws_access_key_id = AKIA1\n", {}, None, None),
    "a program before the config file's keys":
        ("[default]\n" + keys("AKIAFILE") + "credential_process = ./program\n", "", {}, None, "AKIAPROGRAM"),
    "the credentials file's keys before a program":
        ("[default]\ncredential_process = ./program\n", "[default]\n" + keys("AKIA1"), {}, None, "AKIA1"),
}

HALVES = "aws_access_key_id{0}AKIA1\n{1}aws_secret_access_key{0}s\n"
# What the AWS CLI's parser takes beyond what AWS documents; all of profile dev.
TAKEN = {
    "an indented body": "[profile x]\n  region = a\n[profile dev]\n  " + HALVES.format(" = ", "  "),
    "an indented header": "[profile x]\n    region = a\n  [profile dev]\n  " + HALVES.format(" = ", "  "),
    "a body that is indented less and less": "[profile dev]\n    " + HALVES.format(" = ", "  "),
    "a body that goes on with a value": "[profile dev]\naws_secret_access_key = s\n  " + HALVES.format(" = ", ""),
    "colons": "[profile dev]\n" + HALVES.format(": ", ""),
    "a colon before an equals sign": "[profile dev]\n" + HALVES.format(":", "").replace(":s", ":s=s"),
    "words behind a header": "[profile dev] of mine\n" + HALVES.format(" = ", ""),
    "CR alone": ("[profile dev]\n" + HALVES.format(" = ", "")).replace("\n", "\r"),
    "no-break spaces": "[profile dev]\n" + HALVES.format("\u00a0=\u00a0", "\u00a0\n"),
    "a line of no-break spaces in a body": "[profile dev]\n" + HALVES.format(" = ", "\u2003\u3000\n"),
    "a name in quotes": "[profile 'dev']\n" + HALVES.format(" = ", ""),
    "a name that is partly in quotes": '[profile d"e"v]\n' + HALVES.format(" = ", ""),
    "a name with a backslash": "[profile d\\ev]\n" + HALVES.format(" = ", ""),
    "a word that is longer": "[profiles dev]\n" + HALVES.format(" = ", ""),
    "defaults for all": "[DEFAULT]\n" + HALVES.format(" = ", "") + "[profile dev]\nregion = a\n",
    "defaults below": "[profile dev]\naws_access_key_id = AKIA1\n[DEFAULT]\n" + HALVES.format(" = ", "").replace("AKIA1", "AKIA2"),
    "a property that begins with a bracket": "[profile dev]\n[x = 1\n" + HALVES.format(" = ", ""),
    "a section of nobody": "[profile R&D] # x\na = 1\n[my work]\nb = 2\n[]]\n[profile dev]\n" + HALVES.format(" = ", ""),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_the_cli_takes_is_taken_with_the_same_result(machine, name):
    path = machine.write(".aws/config", "")
    path.write_bytes(TAKEN[name].encode())
    machine.variables = {"AWS_PROFILE": "dev"}
    assert machine.both() == machine.both("dev")


@pytest.mark.parametrize("name", ["R&D", "m\u00fcller", "Admin-<123456789012>", "my work", "C#", "a;b", "a]b", "[c]"])
def test_names_that_the_cli_knows_are_known(machine, name):
    machine.config(f"[profile '{name}']\n" + keys("AKIACONFIG"))
    assert machine.both(name) == "AKIACONFIG"
    machine.credentials(f"[{name}]\n" + keys("AKIA1"))
    assert machine.both(name) == "AKIA1"


# The CLI refuses these as a whole.
KINDER = {
    "a byte-order mark": "\ufeff[profile dev]\n" + keys("AKIA1"),
    "a line before the first section": "export X\n[profile dev]\n" + keys("AKIA1"),
    "a line that nobody can read, of another profile": "[profile x]\nnothing\n[profile dev]\n" + keys("AKIA1"),
    "a section twice": "[profile dev]\naws_access_key_id = AKIA1\n[profile dev]\naws_secret_access_key = s\n",
    "a property twice": "[profile dev]\naws_access_key_id = AKIA0\n" + keys("AKIA1"),
}


@pytest.mark.parametrize("name", KINDER)
def test_what_is_wrong_elsewhere_does_not_matter(machine, name):
    machine.write(".aws/config", "").write_bytes(KINDER[name].encode())
    assert machine.pgiam("profile=dev", "cache=memory")["id"] == "AKIA1"


VARIABLES = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s"}


def test_a_file_that_cannot_be_read_stops_none_who_needs_nothing_of_it(machine):
    with open(machine.write(".aws/config", ""), "wb") as config:
        config.truncate(20 << 20)  # more than is read
    assert machine.pgiam("cache=memory", **VARIABLES)["id"] == "AKIA1"
    assert "nothing of it counts" in machine.log
    told = machine.pgiam("cache=memory")  # it may hold credentials: what comes next would be somebody else
    assert ".aws/config" in told["error"] and not told.get("id")
    machine.credentials("[dev]\n" + keys("AKIA1"))
    assert machine.pgiam("profile=dev", "cache=memory")["id"] == "AKIA1"


def test_a_folder_in_place_of_a_file_is_none(machine):
    (machine.home / ".aws/config").mkdir(parents=True)
    assert machine.both() is None
    machine.credentials("[dev]\n" + keys("AKIA1"))
    assert machine.both("dev") == "AKIA1"


@pytest.mark.parametrize("name", CASES)
def test_both_find_the_same_identity(machine, name):
    config, credentials, variables, profile, expected = CASES[name]
    machine.config(config.replace("./program", str(machine.program())))
    machine.credentials(credentials)
    machine.variables = variables
    assert machine.both(profile) == expected
