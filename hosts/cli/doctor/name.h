// Why a name has no address, as its name servers tell it: the resolver says one word for many
// things.
#pragma once

#include <string>
#include <vector>

#include "case.h"

namespace pgiam::cli::doctor {

struct NameFault {
  enum class Kind { kNotTold, kUnknown, kServerFailed, kSilent, kNoAddress };
  Kind kind = Kind::kNotTold;
  std::vector<std::string> aliases =
      {};  // that the name leads over; the last is the one that fails
};

// Within a second or two.
NameFault ask_name_servers(const std::string& name, Deadline deadline);
Verdict verdict_on_name(const std::string& name, const NameFault& fault);

}  // namespace pgiam::cli::doctor
