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


@pytest.mark.parametrize("name", CASES)
def test_both_find_the_same_identity(machine, name):
    config, credentials, variables, profile, expected = CASES[name]
    machine.config(config.replace("./program", str(machine.program())))
    machine.credentials(credentials)
    machine.variables = variables
    assert machine.both(profile) == expected
