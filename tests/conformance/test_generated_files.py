"""Files that nobody thought of: what botocore finds in them, we find, key, secret and session token."""
import random

import botocore.exceptions
import botocore.session

FILES = 150
PROFILES = ["dev", "default", "x", "my dev"]
KEYS = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token", "credential_process", "output"]
BLANKS = ["", " ", "  ", "\t", "\u00a0", "\u2003", "\x0c", "\u0085"]
# Words behind values are left out, a comment for us and AWS's documentation, but not for botocore; so are blanks and
# quotes in the credentials file's headers, which only we set aside.
JUNK = ["", " ", "# c", "; c", "  # c", "\t;", "\u00a0", "  more", "  k = v", "\taws_secret_access_key = n", "a b = c", "x[ = 1",
        "[y = 1", "\u00e4 = 1", "region==eu-west-1", "s3 =\n  a = b", "[profilex]\na = 1", "[sso-session dev]\na = 1", "[R&D]\nb = 2"]
SEPARATORS = ["=", " = ", ":", " : ", "==", "\u00a0=\u00a0", "= "]


class Writer:
    def __init__(self, number, program):
        self.random = random.Random(number)
        self.program = program
        self.values = 0

    def header(self, name, of_config):
        if of_config and name != "default":
            name = f"profile {name}" if name.isalnum() and self.random.random() < 0.7 else f"profile '{name}'"
        return f"[{name}]"

    def property(self, key):
        self.values += 1
        value = {"credential_process": self.program, "aws_access_key_id": f"AKIA{self.values}"}.get(key, f"v{self.values}")
        return key + self.random.choice(SEPARATORS[1:2] * 6 + SEPARATORS) + value

    def file(self, of_config):
        lines = []
        for name in self.random.sample(PROFILES, self.random.randint(1, 3)):
            keys = self.random.sample(KEYS, self.random.randint(0, 3))
            if self.random.random() < 0.6:
                keys += [key for key in KEYS[:2] if key not in keys]
            lines += [self.header(name, of_config), *map(self.property, keys)]
        for _ in range(self.random.randint(0, 3)):
            at = self.random.randrange(len(lines))
            if self.random.random() < 0.5:
                lines.insert(at + 1, self.random.choice(JUNK))
            else:
                lines[at] = self.random.choice(BLANKS) + lines[at] + self.random.choice(BLANKS)
        end = self.random.choice(["\n"] * 6 + ["\r\n", "\r", "\n\n"])
        return end.join(lines) + end * self.random.randint(0, 1)


def theirs(profile):
    """(key, secret, session token), None where there are no credentials; an error where botocore reads nothing at all."""
    try:
        found = botocore.session.Session(profile=profile).get_credentials()
    except (botocore.exceptions.ProfileNotFound, botocore.exceptions.PartialCredentialsError):
        return None
    found = found and found.get_frozen_credentials()
    return found and (found.access_key, found.secret_key, found.token or "")


def test_they_are_read_as_botocore_reads_them(machine, monkeypatch):
    machine.variables = {"AWS_EC2_METADATA_DISABLED": "true"}
    for name, value in machine.environment().items():
        monkeypatch.setenv(name, value)
    compared = 0
    for number in range(FILES):
        writer = Writer(number, str(machine.program()))
        texts = {name: writer.file(name == "config") for name in ("config", "credentials") if writer.random.random() < 0.8}
        for name in ("config", "credentials"):
            machine.write(f".aws/{name}", "").write_bytes(texts.get(name, "").encode())
        profile = writer.random.choice(["dev", *PROFILES])
        try:
            expected = theirs(profile)
        except botocore.exceptions.ConfigParseError:
            continue  # where it reads nothing, we may be kinder
        told = machine.pgiam(f"profile={profile}", "cache=memory")
        found = None if "error" in told else (told["id"], told["secret"], told["token"])
        assert found == expected, f"number {number}, profile {profile}: {told}\n{texts}"
        compared += 1
    assert compared > FILES / 2
