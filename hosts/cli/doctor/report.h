// How an examination is told: to people, the verdict first; to programs, as one JSON object.
#pragma once

#include <string>
#include <vector>

#include "case.h"

namespace pgiam::cli::doctor {

struct StepTaken {
  std::string name;
  std::string host;  // "NAME:PORT"; "" where it is not about one
  Finding finding;
  std::int64_t ms = 0;
};

struct Report {
  Verdict verdict;
  std::vector<StepTaken> steps;
  // Of the host that the verdict is on; may be empty.
  boost::json::object explanation;
  Advice advice = {};
};

std::string to_text(const Report& report);
std::string to_json(const Report& report);

}  // namespace pgiam::cli::doctor
