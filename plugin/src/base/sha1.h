// SHA-1 (FIPS 180-4), which names the files in the AWS CLI's caches. For nothing that must be safe.
#pragma once

#include <string>
#include <string_view>

namespace pgiam {

// 40 lower-case hexadecimal digits.
std::string sha1_hex(std::string_view text);

}  // namespace pgiam
