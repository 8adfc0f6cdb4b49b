// Whether the hook reaches a program, told before that is run.
#pragma once

#include <string>
#include <vector>

namespace pgiam::cli {

// The file that execvp will take; "" where it will find none.
std::string find_program(const std::string& name);

// A sentence for people: why pgiam does not reach what these words run, and what does work for its
// kind. "" where it does, or may: programs that load libraries, or run others, as they go along.
std::string why_out_of_reach(const std::vector<std::string>& program, bool with_filter);

}  // namespace pgiam::cli
