#include "stand_in.h"

#include <string_view>

namespace pgiam::cli::doctor {
namespace {

constexpr std::string_view kHttps = "https://";

// A cloud's services have TLS, a name in the DNS, and the usual port.
bool is_stand_in(std::string_view url) {
  if (!url.starts_with(kHttps)) return true;
  std::string_view place = url.substr(kHttps.size());
  place = place.substr(0, place.find('/'));
  const std::size_t last = place.rfind('.');
  return place.find(':') != place.npos || last == place.npos || place.ends_with(".local") ||
         place.find_first_not_of("0123456789", last + 1) == place.npos;
}

}  // namespace

void doubt_stand_in(Report& report) {
  Verdict& verdict = report.verdict;
  for (const StepTaken& step : report.steps) {
    const bool is_of_verdict = step.finding.verdict && step.finding.verdict->code == verdict.code;
    const std::string& asked = step.finding.asked;
    if (!is_of_verdict || !verdict.is_certain || asked.empty() || !is_stand_in(asked)) continue;
    verdict.is_certain = false;
    verdict.evidence += (verdict.evidence.empty() ? "" : "; ") + asked +
                        " was asked in the cloud's place";
  }
}

}  // namespace pgiam::cli::doctor
