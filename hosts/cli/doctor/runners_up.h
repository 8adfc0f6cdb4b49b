// What else a verdict may come from, where the evidence does not settle it.
#pragma once

#include "case.h"

namespace pgiam::cli::doctor {

// Lists itself first, then the others, likeliest first; a refusal's causes and what is certain stay
// as they are.
void add_runners_up(Verdict& verdict, const Advice& advice);

}  // namespace pgiam::cli::doctor
