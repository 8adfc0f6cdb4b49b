"""A shared library as the dynamic linker sees it: its name, that it stays loaded, whom it needs, and
that it exports nothing but its own. library.py FILE SONAME NEEDED EXPORTED (the last two: patterns)."""
import re
import subprocess
import sys

LIBC = re.compile(r"lib(c|m|dl|pthread|rt)\.so\.\d+|ld-linux[\w.-]*")

library, soname, may_need, may_export = sys.argv[1:]


def output_of(*command):
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


dynamic = output_of("readelf", "--wide", "--dynamic", library)
needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
named = re.findall(r"\(SONAME\).*\[(.*)\]", dynamic)
symbols = re.findall(r" [^\WU] ([^\s@]+)", output_of("nm", "-D", "--defined-only", library))

faults = [f"needs {name}" for name in needed if not LIBC.fullmatch(name) and not re.fullmatch(may_need, name)]
faults += [f"exports {name}" for name in symbols if not re.fullmatch(may_export, name)]
faults += [f"has {word}" for word in ("TEXTREL", "RPATH", "RUNPATH") if f"({word})" in dynamic]
if named != [soname]:
    faults.append(f"has the SONAME {named}, not {soname}")
if not re.search(r"\(FLAGS_1\).*\bNODELETE\b", dynamic):
    faults.append("is not linked with -z nodelete: dlclose would unload code that threads may run")

print("\n".join(f"{library} {fault}" for fault in faults))
sys.exit(bool(faults))
