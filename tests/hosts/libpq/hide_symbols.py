#!/usr/bin/env python3
"""hide_symbols.py FROM TO NAME…: a copy of a shared library that does not offer these functions any more, as an older one
would. It makes their entries in the table of dynamic symbols undefined (ELF gABI, "Symbol Table")."""

import struct
import sys

SHT_DYNSYM = 11
SECTION, SYMBOL = struct.Struct("<IIQQQQIIQQ"), struct.Struct("<IBBHQQ")


def hide(source, target, names):
    image = bytearray(open(source, "rb").read())
    (headers,), (count,) = struct.unpack_from("<Q", image, 40), struct.unpack_from("<H", image, 60)
    sections = [SECTION.unpack_from(image, headers + i * SECTION.size) for i in range(count)]
    symbols = next(section for section in sections if section[1] == SHT_DYNSYM)
    texts = sections[symbols[6]][4]
    left = set(names)
    for place in range(symbols[4], symbols[4] + symbols[5], SYMBOL.size):
        name, info, other, _, _, _ = SYMBOL.unpack_from(image, place)
        text = image[texts + name : image.index(b"\0", texts + name)].decode()
        if text in left:
            SYMBOL.pack_into(image, place, name, info, other, 0, 0, 0)
            left.remove(text)
    if left:
        sys.exit(f"{source} has no {', '.join(left)}")
    open(target, "wb").write(image)


if __name__ == "__main__":
    hide(sys.argv[1], sys.argv[2], sys.argv[3:])
