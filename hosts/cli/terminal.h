// The person at the terminal, whom standard input and output may not lead to.
#pragma once

#include "pgiam.hpp"

namespace pgiam::cli {

// Is there one who would see a question and whose answer would reach us?
bool terminal_is_there();

// Config::prompt: shows it on the terminal, and reads the answer there.
pgiam_status ask_on_terminal(const pgiam_prompt& prompt, Answer& answer);

}  // namespace pgiam::cli
