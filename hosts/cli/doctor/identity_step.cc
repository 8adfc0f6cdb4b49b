// What the cloud says of the credentials: the library's examination, in the words of a step.
#include <cstdlib>

#include "../report.h"
#include "../times.h"
#include "cloud_step.h"
#include "steps.h"

namespace pgiam::cli::doctor {
namespace {

// Apart by more than a token takes: it lives for 15 minutes, and a few ahead are suffered. Less is told,
// and no reason by itself.
constexpr std::int64_t kMuchBehindMs = 840'000, kMuchAheadMs = 240'000;
// Nobody's clock shows an earlier time than the one at which this was written.
constexpr std::int64_t kWrittenAt = 1'790'000'000'000;  // September 2026

std::string for_people(std::int64_t ms) {
  const std::int64_t seconds = (std::abs(ms) + 500) / 1000;
  if (seconds < 600) return std::to_string(seconds) + " seconds";
  if (seconds < 2 * 86'400) return std::to_string((seconds + 30) / 60) + " minutes";
  return std::to_string((seconds + 43'200) / 86'400) + " days";
}

Verdict wrong_clock(const std::string& how) {
  return {"wrong_clock",
          "this machine's clock is wrong: it " + how + minute_of(std::time(nullptr)),
          {"timedatectl set-ntp true", "date -u, to see what it shows"},
          kExitDenied};
}

}  // namespace

Finding ask_identity(Case& host) {
  if (host.offline) return skipped("--offline: nobody was asked whose they are");
  if (takes_password_from_file(host.explanation)) return skipped("the password comes from a file");
  if (calls_left() < kMostForIdentity) return skipped(calls_are_used_up());
  Result<boost::json::array> checks = ask_cloud(host, PGIAM_EXAMINE_IDENTITY);
  if (!checks) return skipped(checks.error().what());
  if (checks->empty()) return skipped("there is nobody to ask");
  host.ask_for_advice();  // of whose they are, too
  return finding_of(checks->front().as_object());
}

Finding compare_clocks(Case& host) {
  if (unix_ms_now() < kWrittenAt) {
    Verdict verdict = wrong_clock("shows ");
    verdict.evidence = "this version of pgiam was not written by then";
    verdict.is_certain = true;
    return failed(std::move(verdict));
  }
  const std::string lines = findings(host.explanation, {"clock_skew"});
  if (!lines.empty()) return warning(lines.substr(1));
  if (!host.clock_ms) return skipped("no difference to the cloud's is known");
  const std::string apart =
      for_people(*host.clock_ms) + (*host.clock_ms < 0 ? " ahead of" : " behind") + " the cloud's";
  if (std::abs(*host.clock_ms) < 60'000) return ok("within a minute of the cloud's");
  return warning("this machine's clock is " + apart);
}

std::optional<Verdict> verdict_on_clock(const Case& host) {
  if (!host.clock_ms) return std::nullopt;
  const bool is_ahead = *host.clock_ms < 0;
  if (std::abs(*host.clock_ms) < (is_ahead ? kMuchAheadMs : kMuchBehindMs)) return std::nullopt;
  Verdict verdict = wrong_clock("is " + for_people(*host.clock_ms) +
                                (is_ahead ? " ahead of" : " behind") + " the cloud's, and shows ");
  verdict.evidence = "the Date of the cloud's answer";
  verdict.is_certain = std::abs(*host.clock_ms) > 900'000;
  return verdict;
}

}  // namespace pgiam::cli::doctor
