#include "environment.h"

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "../late_libpq.h"
#include "../library.h"
#include "../preload.h"
#include "home.h"
#include "settings.h"
#include "steps.h"
#include "take_step.h"

namespace pgiam::cli::doctor {
namespace {

namespace json = boost::json;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value;
}

// Here is no login whose refusal would be the evidence that it matters.
Finding judge_clock(Case& host) {
  Finding finding = compare_clocks(host);
  if (finding.verdict) return finding;
  if (std::optional<Verdict> verdict = verdict_on_clock(host))
    return failed(std::move(*verdict), finding.detail);
  return finding;
}

class Environment {
 public:
  explicit Environment(Arguments arguments)
      : arguments_(std::move(arguments)), progress_(!arguments_.has("json")) {}

  Report run() {
    add(timed(progress_, "configuration", "", [&] { return read_configuration(); }));
    add(timed(progress_, "hook", "", find_hook));
    if (context_) {
      add(timed(progress_, "passwords", "", look_for_passwords));
      ask_for_credentials();
    }
    for (const Step& step : kSteps)
      if (step.take == recognise_target || step.take == look_up_name || step.take == reach_port ||
          step.take == agree_on_tls || step.take == log_in)
        add({step.name, "", skipped("needs a connection")});
    if (!has_verdict_)
      report_.verdict = {"environment_ready",
                         "nothing here keeps a program from a token; no connection was named, so "
                         "none was tested",
                         {"pgiam doctor \"host=ENDPOINT user=NAME dbname=NAME\"",
                          "with one, doctor also tests its target, name, port, TLS and login"}};
    return std::move(report_);
  }

 private:
  // The first thing that does not hold.
  void add(StepTaken step) {
    if (step.finding.verdict && !has_verdict_) {
      report_.verdict = *step.finding.verdict;
      has_verdict_ = true;
    }
    report_.steps.push_back(std::move(step));
  }

  Finding read_configuration() {
    Context context = make_context(arguments_, Asking::kNobody, PGIAM_LOG_ERROR);
    const AnyEndpoint any(context);
    context.explain(Request(any.host).user("doctor")).value();
    // As for a host whose name tells no region, so that it is the settings' own; where they have
    // none, any name will do.
    Arguments anywhere = arguments_;
    if (!any.target.empty()) anywhere.options.emplace_back("target", any.target);
    Context without_region = make_context(anywhere, Asking::kNobody, PGIAM_LOG_ERROR);
    const Reply reply = without_region.explain(Request(kAnyHost).user("doctor")).value();
    const json::object told = json::parse(reply.text(PGIAM_REPLY_EXPLANATION)).as_object();
    const bool has_region = !text(told, "region").empty();
    name_ = has_region ? kAnyHost : any.host;
    context_.emplace(has_region ? std::move(without_region) : std::move(context));
    const std::string region =
        has_region ? text(told, "region") + ", from: " + text(told, "region_from")
                   : "none in the settings: that of each endpoint's name is taken";
    return ok(describe_settings(arguments_) + "\nregion: " + region);
  }

  static Finding find_hook() {
    Finding found = look_at_hook();
    found.detail += "\nlibrary " + library_file();
    try {
      found.detail += "\nlibpq " + std::to_string(late_libpq().major_version()) + ", " +
                      late_libpq().file;
    } catch (const UsageError& error) {
      found.detail += std::string("\n") + error.what();
    }
    return found;
  }

  // Where programs find passwords, which win over tokens.
  static Finding look_for_passwords() {
    if (is_set("PGPASSWORD"))
      return warning("PGPASSWORD is set: programs send that in place of a token");
    const std::string file = host::default_password_file();
    std::error_code error;
    if (file.empty() || !std::filesystem::exists(file, error)) return ok("none is left over");
    return ok("a line of " + file + " that fits a connection wins over a token");
  }

  void ask_for_credentials() {
    const host::RealLibpq* libpq =
        host::find_libpq(reinterpret_cast<const void*>(&examine_environment));
    if (!libpq) return;
    const std::string conninfo = "host=" + name_ + " user=doctor";
    const host::Parameters given = *host::Parameters::of_conninfo(conninfo.c_str());
    const std::shared_ptr<const host::ResolvedParams> params = host::probe(*libpq, given);
    if (!params) return;
    host::ResolvedHost endpoint;
    endpoint.host = name_;
    endpoint.port = "5432";
    Case host{*context_, *libpq, conninfo, given, *params, endpoint, ""};
    host.offline = arguments_.has("offline");
    host.progress = &progress_;
    bool holds = true;
    for (const Step& step : kSteps) {
      if (step.take != find_credentials && step.take != ask_identity && step.take != compare_clocks)
        continue;
      const auto take = step.take == compare_clocks ? judge_clock : step.take;
      add(holds ? timed(progress_, step.name, "", [&] { return take(host); })
                : StepTaken{step.name, "", not_reached()});
      holds = holds && !report_.steps.back().finding.verdict;
    }
    for (const char* member : {"credentials", "region", "region_from"})
      if (const json::value* value = host.explanation.if_contains(member))
        report_.explanation[member] = *value;
  }

  const Arguments arguments_;
  Progress progress_;
  std::string name_;
  std::optional<Context> context_;
  bool has_verdict_ = false;
  Report report_;
};

}  // namespace

bool names_connection(const Arguments& arguments) {
  return !arguments.words.empty() || !arguments.keywords.empty() || is_set("PGHOST") ||
         is_set("PGHOSTADDR") || is_set("PGSERVICE");
}

Report examine_environment(const Arguments& arguments) { return Environment(arguments).run(); }

}  // namespace pgiam::cli::doctor
