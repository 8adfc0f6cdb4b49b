// Writing to a file that has to be whole.
#pragma once

#include <cstddef>
#include <string_view>

namespace pgiam {

// Whether a file may grow to this size: the kernel ends programs that write beyond their limit (RLIMIT_FSIZE, SIGXFSZ),
// be it a file in memory.
bool may_write(std::size_t size);

// All of the text, to a file at its beginning. False: errno tells why, EFBIG where it may not.
bool write_all(int fd, std::string_view text);

}  // namespace pgiam
