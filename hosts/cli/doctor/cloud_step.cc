#include "cloud_step.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstdlib>

#include "../report.h"

namespace pgiam::cli::doctor {
namespace {

namespace json = boost::json;

// The most that one question about a resource and a permission takes.
constexpr int kMostForReason = 4;

bool holds(const std::vector<std::string>& codes, const std::string& code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

Verdict verdict_of(const json::object& check, int exit_status) {
  Verdict verdict{text(check, "code"), text(check, "sentence"), texts(check, "commands"),
                  exit_status};
  verdict.evidence = text(check, "evidence");
  verdict.is_certain = check.at("certain").as_bool();
  return verdict;
}

// What of a failure's causes is left, and the first of them in its place where it is ruled out
// itself.
void rule_out(Verdict& verdict, const std::vector<std::string>& codes) {
  std::erase_if(verdict.causes, [&](const Cause& cause) { return holds(codes, cause.code); });
  if (!holds(codes, verdict.code) || verdict.is_certain || verdict.causes.empty()) return;
  const Cause& likeliest = verdict.causes.front();
  verdict.code = likeliest.code;
  verdict.sentence = most_likely(likeliest);
  verdict.remedies = likeliest.commands;
  verdict.evidence = likeliest.evidence;
}

// The first that explains this failure, and of several one that is certain.
const json::object* reason_among(const json::array& checks, const std::string& code) {
  const json::object* reason = nullptr;
  for (const json::value& item : checks) {
    const json::object& check = item.as_object();
    if (text(check, "outcome") != "failed" || !holds(texts(check, "explains"), code)) continue;
    if (reason == nullptr || (!reason->at("certain").as_bool() && check.at("certain").as_bool()))
      reason = &check;
  }
  return reason;
}

void judge(const json::array& checks, Verdict& verdict) {
  const json::object* reason = reason_among(checks, verdict.code);
  for (const json::value& check : checks)
    rule_out(verdict, texts(check.as_object(), "rules_out"));
  if (reason == nullptr) return;
  Verdict found = verdict_of(*reason, verdict.exit_status);
  std::erase_if(verdict.causes, [&](const Cause& cause) { return cause.code == found.code; });
  found.causes = {{found.code, found.sentence, found.remedies, found.evidence}};
  found.causes.insert(found.causes.end(), verdict.causes.begin(), verdict.causes.end());
  verdict = std::move(found);
}

void keep_clock(Case& host, const json::object& check) {
  const std::string told = text(check.at("facts").as_object(), "clock_ms");
  if (!told.empty()) host.clock_ms = std::atoll(told.c_str());
}

Finding without_asked(const json::object& check) {
  const std::string outcome = text(check, "outcome");
  if (outcome == "failed") {
    Verdict verdict = verdict_of(check, kExitDenied);
    const std::string detail =
        verdict.sentence + (verdict.evidence.empty() ? "" : "\n" + verdict.evidence);
    return failed(std::move(verdict), detail);
  }
  if (outcome == "ok") return ok(text(check, "sentence"));
  std::string detail = text(check, "sentence");
  for (const std::string& command : texts(check, "commands"))
    detail += "\nfor somebody who may: " + command;
  return skipped(detail);
}

}  // namespace

int& calls_left() {
  static int left = kMostCalls;
  return left;
}

std::string calls_are_used_up() {
  return "not asked: of one examination the cloud is asked " + std::to_string(kMostCalls) +
         " times at most";
}

Finding finding_of(const json::object& check) {
  Finding finding = without_asked(check);
  finding.asked = text(check, "asked");
  if (!finding.asked.empty()) finding.detail += "\nasked: " + finding.asked;
  return finding;
}

Result<json::array> ask_cloud(Case& host, std::uint32_t what) {
  Result<std::string> found = host.context.examine(host.request(), what);
  if (!found) return found.error();
  json::array checks = std::move(json::parse(*found).at("checks").as_array());
  for (const json::value& check : checks) {
    keep_clock(host, check.as_object());
    calls_left() -= check.at("calls").to_number<int>();
  }
  return checks;
}

void ask_for_reason(Case& host, Verdict& verdict, std::vector<StepTaken>& steps) {
  const bool was_dialled = host.deadline != Deadline();
  if (host.offline || !was_dialled || takes_password_from_file(host.explanation)) return;
  if (calls_left() < kMostForReason) {
    steps.push_back({"resource", host.place(), skipped(calls_are_used_up())});
    return;
  }
  Result<json::array> checks =
      ask_cloud(host, PGIAM_EXAMINE_RESOURCE | PGIAM_EXAMINE_PERMISSION);
  if (!checks) return;
  for (const json::value& item : *checks) {
    const json::object& check = item.as_object();
    steps.push_back({text(check, "check"), host.place(), finding_of(check)});
  }
  judge(*checks, verdict);
}

}  // namespace pgiam::cli::doctor
