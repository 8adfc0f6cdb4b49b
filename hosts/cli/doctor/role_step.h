// --admin: what another login tells of the role whose login was tried.
#pragma once

#include <optional>
#include <string>

#include "case.h"

namespace pgiam::cli::doctor {

// Behind a login that was tried. Where that was refused, `verdict` is replaced by what the server's
// catalogue shows, or loses the causes that it rules out.
Finding ask_about_role(const Case& host, const std::string& admin_conninfo,
                       std::optional<Verdict>& verdict);

}  // namespace pgiam::cli::doctor
