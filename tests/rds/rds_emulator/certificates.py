"""A CA and a server certificate for given names, made with the openssl command."""

import subprocess
from pathlib import Path

# Valid at every time a faked clock may show; the server's names only, as RDS does it: no addresses.
_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
[ca]
default_ca = emulator
[emulator]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
default_startdate = 20000101000000Z
default_enddate = 20991231235959Z
policy = anything
[anything]
commonName = supplied
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""


def create(directory, names):
    """Returns (CA certificate, server certificate, server key), all PEM. The CA's key is dropped."""
    work = Path(directory)
    (work / "index").touch()
    names = ",".join(f"DNS:{name}" for name in names)
    (work / "openssl.cnf").write_text(_CONFIG.format(names=names))
    _request(work, "authority", "RDS emulator CA")
    _openssl(work, "ca", "-selfsign", *_signing("authority"), "-keyfile", "authority.key")
    _request(work, "server", "RDS emulator")
    _openssl(work, "ca", *_signing("server"), "-keyfile", "authority.key", "-cert", "authority.crt")
    return tuple((work / name).read_text() for name in ("authority.crt", "server.crt", "server.key"))


def _request(work, role, common_name):
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    files = ["-keyout", f"{role}.key", "-out", f"{role}.csr"]
    _openssl(work, "req", "-new", *curve, "-nodes", "-subj", f"/CN={common_name}", *files)


def _signing(role):
    return ["-batch", "-notext", "-extensions", role, "-in", f"{role}.csr", "-out", f"{role}.crt"]


def _openssl(work, command, *arguments):
    done = subprocess.run(
        ["openssl", command, "-config", "openssl.cnf", *arguments],
        cwd=work,
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"openssl {command} failed: {done.stderr.strip()}")
