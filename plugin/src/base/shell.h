// Commands that people are told to type.
#pragma once

#include <string>
#include <string_view>

namespace pgiam {

// The text as one word of a POSIX shell's command line: as it is where nothing in it needs quotes.
std::string shell_word(std::string_view text);

}  // namespace pgiam
