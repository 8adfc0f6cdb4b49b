"""libpgiam.so.1 as the dynamic linker sees it: its name, that it stays loaded, whom it needs."""
import re
import subprocess
import sys

NEEDED = re.compile(r"(libcrypto|libc|libm|libdl|libpthread|librt)\.so\.\d+|ld-linux[\w.-]*|libgcc_s\.so\.1")

library = sys.argv[1]
dynamic = subprocess.run(["readelf", "--wide", "--dynamic", library], check=True, text=True,
                         capture_output=True).stdout
soname = re.findall(r"\(SONAME\).*\[(.*)\]", dynamic)
needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)

faults = [f"needs {name}: only libcrypto and libc may be needed" for name in needed if not NEEDED.fullmatch(name)]
if soname != ["libpgiam.so.1"]:
    faults.append(f"SONAME is {soname}, not libpgiam.so.1")
if not re.search(r"\(FLAGS_1\).*\bNODELETE\b", dynamic):
    faults.append("is not linked with -z nodelete: dlclose would unload code that threads may run")
for word in ("TEXTREL", "RPATH", "RUNPATH"):
    if f"({word})" in dynamic:
        faults.append(f"has {word}")

print("\n".join(f"{library} {fault}" for fault in faults))
sys.exit(bool(faults))
