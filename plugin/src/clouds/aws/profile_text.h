// The text of the shared files as the AWS CLI's parser sees it: Python's configparser and shlex.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgiam::aws {

// Lines that end with LF, CR LF or CR. Without a byte-order mark.
std::vector<std::string_view> lines_of(std::string_view text);

// White space as Unicode has it: people paste no-break spaces out of web pages.
std::string_view strip(std::string_view line);
// How many characters of it stand before anything else.
std::size_t indent_of(std::string_view line);

// What a POSIX shell makes of it, without variables; nullopt where a quote is not closed.
std::optional<std::vector<std::string>> shell_split(std::string_view text);

}  // namespace pgiam::aws
