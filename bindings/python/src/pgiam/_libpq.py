"""What libpq makes of keywords: its variables, its service file, its defaults. For what is to be told of a connection that
libpq makes, not for making one."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Any, Mapping, Optional

from ._request import READ_KEYWORDS

_VARIABLES = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE",
    "password": "PGPASSWORD", "passfile": "PGPASSFILE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    "gssencmode": "PGGSSENCMODE", "channel_binding": "PGCHANNELBINDING", "require_auth": "PGREQUIREAUTH",
}  # fmt: skip


def is_disabled() -> bool:
    """Whether every hook of pgiam is to be as if it were absent."""
    return os.environ.get("PGIAM_DISABLE", "").lower() in ("1", "yes", "true", "on")


def resolved(given: Mapping[str, Any]) -> dict[str, str]:
    """Of the keywords that the library reads: those given, else the service's, else the variables', else libpq's own."""
    values = {key: str(value) for key, value in given.items() if value is not None and str(value) != ""}
    service = values.get("service") or os.environ.get("PGSERVICE", "")
    if service:
        values = {**_service(service, values.get("servicefile")), **values}
    for key, variable in _VARIABLES.items():
        if key not in values and os.environ.get(variable):
            values[key] = os.environ[variable]
    if not values.get("user"):
        name = _user_name()
        if name:
            values["user"] = name
    values.setdefault("passfile", str(_home() / ".pgpass"))
    return {key: value for key, value in values.items() if key in READ_KEYWORDS}


def _user_name() -> Optional[str]:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return None


def _home() -> Path:
    return Path(os.environ.get("HOME") or os.path.expanduser("~"))


# The folder is compiled into libpq (hosts/common/service_file.cc says whose each is).
_SYSTEM_FOLDERS = (
    "/etc/postgresql-common", "/etc/sysconfig/pgsql", "/etc/postgresql", "/usr/local/etc/postgresql",
    "/usr/local/pgsql/etc",
)


def _service(name: str, named_file: Optional[str]) -> dict[str, str]:
    """Its section; {} where libpq will complain of it."""
    first = named_file or os.environ.get("PGSERVICEFILE")
    files = [Path(first)] if first else [_home() / ".pg_service.conf"]
    named_folder = os.environ.get("PGSYSCONFDIR")
    files += [Path(folder) / "pg_service.conf" for folder in ([named_folder] if named_folder else _SYSTEM_FOLDERS)]
    for file in files:
        try:
            found = _section(file.read_text(errors="replace"), name)
        except OSError:
            continue
        if found is not None:
            return found
    return {}


def _section(text: str, name: str) -> Optional[dict[str, str]]:
    found: Optional[dict[str, str]] = None
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("["):
            if found is not None:
                break
            found = {} if line == f"[{name}]" else None
        elif found is not None and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, value)
    return found
