// The person at the terminal, whom standard input and output may not lead to.
#pragma once

#include <string>

#include "pgiam.hpp"
#include "secret_text.h"

namespace pgiam::cli {

// Is there one who would see a question and whose answer would reach us?
bool terminal_is_there();

// Config::prompt: shows it on the terminal, and reads the answer there.
pgiam_status ask_on_terminal(const pgiam_prompt& prompt, Answer& answer);

// What is typed at a question, which the terminal does not show; "": there is nobody to ask, or
// nothing came.
host::SecretText ask_for_password(const std::string& question);

}  // namespace pgiam::cli
