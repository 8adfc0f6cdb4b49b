// What the cloud says of a connection that fails: what became of each thing that was asked, and
// whether that is the reason.
#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <vector>

#include "report.h"

namespace pgiam::cli::doctor {

// Of one examination: nobody is asked more often, however many hosts there are.
inline constexpr int kMostCalls = 6;
inline constexpr int kMostForIdentity = 2;
// Of this program's one examination.
int& calls_left();
std::string calls_are_used_up();

// What the library's examination says, a check each; its clock and its calls are noted.
Result<boost::json::array> ask_cloud(Case& host, std::uint32_t what);

// "ok", "failed" and "skipped" as the library's checks have them.
Finding finding_of(const boost::json::object& check);

// After a step with that verdict. Adds steps, and may put another verdict in the place of this one.
void ask_for_reason(Case& host, Verdict& verdict, std::vector<StepTaken>& steps);

}  // namespace pgiam::cli::doctor
