"""The CA certificates that the package carries: the line before each says what it is, none is expired or comes twice, and what
Debian has of them (Amazon Trust Services' roots) is the same. ca.py ROOT"""
import base64
import glob
import hashlib
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(sys.argv[1])
ENTRY = re.compile(r"# root ([0-9a-f]{64}) (\S+) (\S+) (\S+) (.+)\n(-----BEGIN CERTIFICATE-----\n([^-]+)-----END CERTIFICATE-----\n)")
BY_REGION = re.compile(r"Amazon RDS (?:(Preview|Beta) )?([a-z0-9-]+) Root CA (?:RSA2048|RSA4096|ECC384) G1")
faults, seen = [], set()


def openssl(pem, *what):
    return subprocess.run(["openssl", "x509", "-noout", "-dateopt", "iso_8601", *what], input=pem, text=True, capture_output=True, check=True).stdout


def told_by(pem):
    fields = dict(line.split("=", 1) for line in openssl(pem, "-dates", "-subject", "-issuer", "-nameopt", "RFC2253").splitlines())
    name = re.search(r"CN=((?:[^,\\]|\\.)+)", fields["subject"])[1]
    return fields["notBefore"][:10], fields["notAfter"][:10], name, fields["subject"] == fields["issuer"]


def scope_of(name, file):
    if file.name == "public-roots.pem":
        return "public"
    found = BY_REGION.fullmatch(name)
    return found and "-".join(filter(None, [found[1] and found[1].lower(), found[2]]))


debian = {path: open(path).read() for path in glob.glob("/usr/share/ca-certificates/mozilla/*.crt")}
of_debian = {hashlib.sha256(base64.b64decode(block)).hexdigest()
             for text in debian.values() for block in re.findall(r"CERTIFICATE-----\n([^-]+)-----END", text)}  # fmt: skip
for file in sorted(root.glob("plugin/src/clouds/aws/ca/*.pem")):
    text = file.read_text()
    entries = ENTRY.findall(text)
    if len(entries) != text.count("-----BEGIN"):
        faults.append(f"{file}: a certificate has no line before it")
    for sha256, start, end, scope, name, pem, block in entries:
        if hashlib.sha256(base64.b64decode(block)).hexdigest() != sha256:
            faults.append(f"{file}: {name} has another fingerprint")
        if told_by(pem) != (start, end, name, True):
            faults.append(f"{file}: the line of {name} says something else than its certificate, or it is no root")
        if scope_of(name, file) != scope:
            faults.append(f"{file}: {name} is not of {scope}")
        if sha256 in seen:
            faults.append(f"{file}: {name} comes twice")
        seen.add(sha256)
        if of_debian and scope == "public" and sha256 not in of_debian:
            faults.append(f"{file}: {name} is none that Debian has")
print("\n".join(faults))
sys.exit(bool(faults))
