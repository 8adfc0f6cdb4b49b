// A variable of a dotenv file, NAME=value. All else stays as it is, byte for byte. The readers
// agree on few things: docker's --env-file knows no quotes, a shell needs them, and '#', '$', '\' or
// a blank mean another thing to each. So what is written consists of characters that are
// themselves to node's dotenv, python-dotenv, docker's --env-file, systemd's EnvironmentFile and,
// within quotes, a shell. It is written without quotes where none were, and within those that are
// there.
#pragma once

#include <string>
#include <string_view>

#include "secret_text.h"

namespace pgiam::keeper {

bool is_variable_name(std::string_view name);

// Whether all who read such files take it for what it is.
bool is_plain_in_dotenv(std::string_view value);

// `content` with the variable set to `value`, which is plain: where it was set last, which is what
// counts, or in a line at the end.
host::SecretText with_variable(std::string_view content, std::string_view name,
                               std::string_view value);

// `content` without the line that sets the variable, if it is set to just this value.
host::SecretText without_variable(std::string_view content, std::string_view name,
                                  std::string_view value);

}  // namespace pgiam::keeper
