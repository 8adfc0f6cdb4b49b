"""Includes point one way: abi -> flow -> clouds -> ports -> base; adapters -> ports, base; only
flow/wiring sees adapters; only abi sees pgiam.h; hosts and bindings see the SDK, never the core (but for SHARED_WITH_HOSTS);
no host sees a sibling (but for LENT): what several need is in hosts/common, which sees none of them."""
import pathlib
import re
import sys

MAY_INCLUDE = {
    "base": {"base"},
    "ports": {"ports", "base"},
    "clouds": {"clouds", "ports", "base"},
    "adapters": {"adapters", "ports", "base"},
    "flow": {"flow", "clouds", "ports", "base"},
    "abi": {"abi", "flow", "clouds", "ports", "base", "sdk"},
}
# Include nothing of the core: where the configuration may be; who may write into a folder; the grammar of a file that the core reads and a host writes;
# libpq's keywords; where OpenSSL is; the user database; texts whatever the locale, and for terminals; what all hold who load a library, or must not be cancelled; how people are told what to type.
SHARED_WITH_HOSTS = {
    "base/configuration_files.h", "base/conninfo_keywords.h", "base/descriptor.h", "base/folder.h", "base/load_lock.h", "base/log_words.h", "base/openssl_library.h",
    "base/pgpass.h", "base/printable.h",
    "base/shell.h", "base/spelling.h", "base/sql.h", "base/text.h", "base/uncancellable.h", "base/user_database.h",
    "base/write_all.h", "base/yes_or_no.h",
}  # fmt: skip
# (who, what): the command is the way to run what this host does without a client.
LENT = {
    ("cli", "keeper/keeper.h"), ("cli", "keeper/secret_file.h"), ("cli", "keeper/pgpass.h"), ("cli", "keeper/userlist.h"),
    ("cli", "keeper/pgbouncer.h"), ("cli", "keeper/dotenv.h"),
}  # fmt: skip
# What the system offers differs from one to the next, so that it stands in these; elsewhere the C++ library's own headers
# and these libraries' are enough.
MAY_SEE_THE_SYSTEM = {"base", "adapters"}
PORTABLE = re.compile(r"[a-z_]+$|(boost|openssl)/")
# base/privilege.h tells when a variable may be trusted. The module names the proxy that libcurl took by its variables.
MAY_READ_VARIABLES = {"base/privilege.cc", "adapters/environment_posix.cc", "adapters/curl_http.cc",
                      "adapters/http_module/module.cc"}  # fmt: skip
SOURCES = {".h", ".hpp", ".c", ".cc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)

root = pathlib.Path(sys.argv[1]).resolve()
core = root / "plugin/src"
hosts = root / "hosts"
sdk_headers = {path.name for path in root.glob("sdk/include/*")}


def layer_of(path):
    return path.relative_to(core).parts[0]


def included_layer(source, quote, name):
    """The layer or "sdk" that an include leads to; None for what lies outside the project."""
    if name in sdk_headers:
        return "sdk"
    if name.split("/")[0] in MAY_INCLUDE and (core / name).exists():
        return name.split("/")[0]
    beside = (source.parent / name).resolve()
    if quote == '"' and core in beside.parents:
        return layer_of(beside)
    return None


def includes(folder):
    for source in sorted(path for path in folder.rglob("*") if path.suffix in SOURCES):
        for quote, name in INCLUDE.findall(source.read_text()):
            yield source, quote, name, included_layer(source, quote, name)


def sibling(source, name):
    """What an include in one host leads to, "odbc/connect.h", where that is another's; None where it is not."""
    host = source.relative_to(hosts).parts[0]
    seen = (source.parent, hosts / host, hosts / "common", hosts, *sorted(hosts.iterdir()))
    for path in ((folder / name).resolve() for folder in seen):
        if path.is_file() and hosts in path.parents:
            found = path.relative_to(hosts)
            return None if found.parts[0] in (host, "common") else str(found)
    return None


faults = []
for source, quote, name, target in includes(core):
    layer = layer_of(source)
    if layer not in MAY_INCLUDE:
        faults.append(f"{source.relative_to(root)}: '{layer}' is not a layer of the architecture")
        continue
    allowed = MAY_INCLUDE[layer]
    if layer == "flow" and source.stem == "wiring":
        allowed = allowed | {"adapters"}
    if target and target not in allowed:
        faults.append(f"{source.relative_to(root)} includes \"{name}\": {layer} may not see {target}")
    if quote == "<" and layer not in MAY_SEE_THE_SYSTEM and target is None and not PORTABLE.match(name):
        faults.append(f"{source.relative_to(root)} includes <{name}>: only base and adapters may see the system")
for source in sorted(path for path in core.rglob("*") if path.suffix in SOURCES):
    if "getenv(" in source.read_text() and str(source.relative_to(core)) not in MAY_READ_VARIABLES:
        faults.append(f"{source.relative_to(root)} reads a variable by itself: ask the port Environment, or base/privilege.h")
for outside in ("hosts", "bindings", "sdk"):
    for source, _, name, target in includes(root / outside):
        if target and target != "sdk" and name not in SHARED_WITH_HOSTS:
            faults.append(f"{source.relative_to(root)} includes \"{name}\": {outside} may not see the core")
for source, _, name, _ in includes(hosts):
    lent = sibling(source, name)
    if lent and (source.relative_to(hosts).parts[0], lent) not in LENT:
        faults.append(f"{source.relative_to(root)} includes \"{name}\": no host may see a sibling ({lent})")

print("\n".join(faults))
sys.exit(bool(faults))
