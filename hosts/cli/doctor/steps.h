// The steps of an examination, each a question whose answer the next one builds on.
#pragma once

#include "case.h"

namespace pgiam::cli::doctor {

struct Step {
  const char* name;
  Finding (*take)(Case& host);
};

// What can be told without the server (local_steps.cc) …
Finding recognise_target(Case& host);
Finding find_region(Case& host);
Finding find_credentials(Case& host);
Finding ask_identity(Case& host);
Finding compare_clocks(Case& host);
// … and what only it tells (server_steps.cc).
Finding look_up_name(Case& host);
Finding reach_port(Case& host);
Finding agree_on_tls(Case& host);
Finding log_in(Case& host);

inline constexpr Step kSteps[] = {
    {"target", recognise_target}, {"region", find_region}, {"credentials", find_credentials},
    {"identity", ask_identity},   {"clock", compare_clocks}, {"name", look_up_name},
    {"port", reach_port},         {"tls", agree_on_tls},   {"login", log_in},
};

// Whether the hook would do in other programs what was done here.
Finding look_at_hook();

}  // namespace pgiam::cli::doctor
