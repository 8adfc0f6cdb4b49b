#include "examination.h"

#include <algorithm>
#include <memory>
#include <new>
#include <optional>

#include "../connection.h"
#include "../late_libpq.h"
#include "../library.h"
#include "../report.h"
#include "admin_login.h"
#include "cloud_step.h"
#include "environment.h"
#include "known_keywords.h"
#include "role_step.h"
#include "runners_up.h"
#include "settings.h"
#include "stand_in.h"
#include "steps.h"
#include "take_step.h"

namespace pgiam::cli::doctor {
namespace {

namespace json = boost::json;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

class Examination {
 public:
  explicit Examination(const Arguments& arguments)
      : arguments_(arguments),
        conninfo_(arguments.words.empty() ? "" : arguments.words.front()),
        progress_(!arguments.has("json")) {
    if (arguments.has("admin")) refuse_password_in(arguments.value("admin"));
  }

  Report run() {
    add(timed(progress_, "configuration", "", [&] { return read_configuration(); }));
    if (const auto& verdict = report_.steps.back().finding.verdict) {
      report_.verdict = *verdict;
      name_difference();
      for (const Step& step : kSteps) add({step.name, "", not_reached()});
      return std::move(report_);
    }
    for (std::size_t i = 0; i < params_->hosts.size(); ++i) examine_host(i);
    conclude();
    name_difference();
    name_admin();
    return std::move(report_);
  }

 private:
  // For libpq: what the user gave, less what this libpq is too old for.
  host::Parameters parameters() {
    known_ = keywords_known_to(late_libpq().major_version(), conninfo_);
    keywords_.push_back("dbname");
    values_.push_back(known_.conninfo.c_str());
    for (const auto& [keyword, value] : arguments_.keywords) {
      keywords_.push_back(keyword.c_str());
      values_.push_back(value.c_str());
    }
    keywords_.push_back(nullptr);
    values_.push_back(nullptr);
    return host::Parameters::of_arrays(keywords_.data(), values_.data(), /*expand_dbname=*/1);
  }

  Finding read_configuration() {
    context_.emplace(make_context(arguments_, Asking::kNobody, PGIAM_LOG_ERROR));
    context_->explain(Request(AnyEndpoint(*context_).host).user("doctor")).value();
    given_ = parameters();
    libpq_ = host::find_libpq(reinterpret_cast<const void*>(&examine));
    if (!libpq_)
      throw UsageError("this libpq lacks a function that the hook needs", "install a newer libpq");
    std::shared_ptr<const host::ResolvedParams> params = host::probe(*libpq_, *given_);
    if (!params) complain();
    for (const host::ResolvedHost& endpoint : params->hosts) read_port(endpoint.port);
    if (const char* addresses = params->options.find("hostaddr"))
      hostaddrs_ = host::split_list(addresses);
    params_ = std::move(params);
    std::string detail = describe_settings(arguments_);
    const std::string differences = describe_differences();
    return differences.empty() ? ok(std::move(detail)) : warning(detail + differences);
  }

  // What keeps libpq from connecting with these parameters, in our words or in its own.
  [[noreturn]] void complain() {
    const Connection complains_for_most_reasons(conninfo_, arguments_);
    const std::unique_ptr<PGconn, decltype(&::PQfinish)> conn(
        libpq_->PQconnectStartParams(given_->keywords(), given_->values(), given_->expand_dbname()),
        libpq_->PQfinish);
    if (!conn) throw std::bad_alloc();
    throw UsageError(first_line(libpq_->PQerrorMessage(conn.get())),
                     "CONNINFO is what psql takes: pgiam help doctor");
  }

  static std::string this_libpq() {
    return "libpq " + std::to_string(late_libpq().major_version());
  }

  // In what the connection that is tested is another than the user's.
  std::string describe_differences() const {
    std::string lines;
    if (!known_.set_aside.empty())
      lines += "\n" + this_libpq() + " does not know " + joined(known_.set_aside) +
               ": set aside, so the connection that is tested differs in that from yours";
    if (!known_.unread.empty())
      lines += "\n" + this_libpq() + " does not read " + joined(known_.unread) +
               ": a program that does makes another connection than the one that is tested";
    return lines;
  }

  void name_difference() {
    if (!known_.set_aside.empty())
      report_.verdict.sentence += " (tested without " + joined(known_.set_aside) + ", which " +
                                  this_libpq() + " does not know)";
  }

  // Where only the server knows what is wrong with the role.
  void name_admin() {
    const Verdict& verdict = report_.verdict;
    const bool is_of_role =
        report_.advice.is_of_the_role(verdict.code) && verdict.code != "no_login";
    if (is_of_role && !verdict.is_certain && !arguments_.has("admin"))
      report_.verdict.remedies.emplace_back(
          "where another login works, let it look at the role: pgiam doctor --admin \"user=…\" …");
  }

  void examine_host(std::size_t i) {
    const host::ResolvedHost& endpoint = params_->hosts[i];
    Case host{*context_,
              *libpq_,
              conninfo_,
              *given_,
              *params_,
              endpoint,
              i < hostaddrs_.size() ? hostaddrs_[i] : ""};
    host.offline = arguments_.has("offline");
    host.progress = &progress_;
    host.password_from = arguments_.password_from;
    host.servers_deadline = &servers_deadline_;
    host.hosts_left = static_cast<int>(params_->hosts.size() - i);
    std::optional<Verdict> verdict;
    for (const Step& step : kSteps) {
      add(verdict ? StepTaken{step.name, host.place(), not_reached()}
                  : timed(progress_, step.name, host.place(), [&] { return step.take(host); }));
      if (!verdict) verdict = report_.steps.back().finding.verdict;
    }
    if (verdict) ask_for_reason(host, *verdict, report_.steps);
    if (arguments_.has("admin") && !has_asked_admin_) {
      has_asked_admin_ = host.address != nullptr;  // at most one login
      add(timed(progress_, "role", host.place(), [&] {
        return ask_about_role(host, arguments_.value("admin"), verdict);
      }));
    }
    const bool was_dialled = host.deadline != Deadline();
    endings_.push_back({host.place(), verdict, was_dialled, std::move(host.explanation),
                        std::move(host.advice)});
  }

  void add(StepTaken step) { report_.steps.push_back(std::move(step)); }

  // libpq goes on to the next host of a list, so one that works is enough. But the hook gets the
  // tokens of all before the first is dialled, and fails where there is none to be had.
  void conclude() {
    const auto works = [](const Ending& ending) { return !ending.verdict; };
    const auto fails = [](const Ending& ending) { return ending.verdict.has_value(); };
    const auto lacks_token = [](const Ending& ending) {
      return ending.verdict && !ending.was_dialled && ending.verdict->code != "not_ours" &&
             ending.verdict->code != "password_given";
    };
    const auto good = std::find_if(endings_.begin(), endings_.end(), works);
    const auto bad = std::find_if(endings_.begin(), endings_.end(), fails);
    const auto worst = std::find_if(endings_.begin(), endings_.end(), lacks_token);
    if (worst != endings_.end() || good == endings_.end()) {
      const Ending& ending = worst != endings_.end() ? *worst : *bad;
      report_.verdict = *ending.verdict;
      report_.explanation = ending.explanation;
      report_.advice = ending.advice;
      return;
    }
    report_.explanation = good->explanation;
    report_.advice = good->advice;
    StepTaken hook = timed(progress_, "hook", "", look_at_hook);
    if (hook.finding.verdict) {
      report_.verdict = *hook.finding.verdict;
    } else if (bad == endings_.end()) {
      report_.verdict = {"works", "works: a program with the hook gets in"};
      report_.verdict.evidence = "the server let the login in";
      report_.verdict.is_certain = true;
    } else {
      report_.verdict = {
          "works_partly",
          "works at " + good->place + ", but not at " + bad->place + ": " + bad->verdict->sentence,
          bad->verdict->remedies};
    }
    add(std::move(hook));
  }

  struct Ending {
    std::string place;
    std::optional<Verdict> verdict;  // nullopt: it works
    bool was_dialled;
    json::object explanation;
    Advice advice;
  };

  const Arguments& arguments_;
  const std::string conninfo_;
  Progress progress_;
  bool has_asked_admin_ = false;
  std::vector<const char*> keywords_, values_;
  KnownKeywords known_;
  std::optional<host::Parameters> given_;
  std::optional<Context> context_;
  const host::RealLibpq* libpq_ = nullptr;
  std::shared_ptr<const host::ResolvedParams> params_;
  std::vector<std::string> hostaddrs_;
  std::vector<Ending> endings_;
  Deadline servers_deadline_ = {};
  Report report_;
};

}  // namespace

Report examine(const Arguments& arguments) {
  Report report = names_connection(arguments) ? Examination(arguments).run()
                                              : examine_environment(arguments);
  doubt_stand_in(report);
  add_runners_up(report.verdict, report.advice);
  return report;
}

}  // namespace pgiam::cli::doctor
