#!/usr/bin/env python3
"""bind_symbolically.py FROM TO: a copy of a shared library whose calls of its own functions nothing can come between, as
if it had been linked with -Bsymbolic. Ubuntu's libpq is (-Bsymbolic-functions). It sets DF_SYMBOLIC in DT_FLAGS (ELF gABI,
"Dynamic Section")."""

import struct
import sys

PT_DYNAMIC, DT_FLAGS, DF_SYMBOLIC = 2, 30, 2
PROGRAM_HEADER, ENTRY = struct.Struct("<IIQQQQQQ"), struct.Struct("<QQ")

source, target = sys.argv[1:]
image = bytearray(open(source, "rb").read())
(first_header,), (headers,) = struct.unpack_from("<Q", image, 32), struct.unpack_from("<H", image, 56)
places = []
for i in range(headers):
    kind, _, offset, _, _, size, _, _ = PROGRAM_HEADER.unpack_from(image, first_header + i * PROGRAM_HEADER.size)
    if kind == PT_DYNAMIC:
        places += range(offset, offset + size, ENTRY.size)
flags = [place for place in places if ENTRY.unpack_from(image, place)[0] == DT_FLAGS]
if not flags:
    sys.exit(f"{source} has no DT_FLAGS to set DF_SYMBOLIC in")
ENTRY.pack_into(image, flags[0], DT_FLAGS, ENTRY.unpack_from(image, flags[0])[1] | DF_SYMBOLIC)
open(target, "wb").write(image)
