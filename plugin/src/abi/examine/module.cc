// libpgiam-examine.so: asks the library what a connection rests on, and the clouds what they say of
// that.
#include <boost/json.hpp>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include "clouds/examine/examiner.h"
#include "flow/wiring.h"
#include "pgiam.h"
#include "ports/examine_module.h"

namespace pgiam {
namespace {

namespace json = boost::json;

constexpr Milliseconds kLongest{4000};
constexpr Milliseconds kLongestFetch{30'000};

struct Nobody : Log, Prompt {
  bool wants(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::string_view) override {}
  bool available() const override { return false; }
  Result<Secret> ask(const PromptRequest&, const Call&) override {
    return make_error(Status::kLoginDeclined, "nobody is asked");
  }
};

using ReplyPtr = std::unique_ptr<pgiam_reply, void (*)(pgiam_reply*)>;
using Ask = pgiam_status (*)(pgiam_context*, const pgiam_request*, pgiam_reply**, pgiam_error**);

ReplyPtr ask(const pgiam_api& api, Ask call, pgiam_context* context, const pgiam_request* request) {
  pgiam_reply* reply = nullptr;
  call(context, request, &reply, nullptr);
  return {reply, api.reply_free};
}

void add_texts(Subject& subject, const std::string& prefix, const json::object& object) {
  for (const auto& [name, value] : object) {
    if (const json::string* text = value.if_string())
      subject.explained[prefix + std::string(name)] = std::string(*text);
    if (value.is_number()) subject.explained[prefix + std::string(name)] = json::serialize(value);
    if (const json::object* within = value.if_object(); within && prefix.empty())
      add_texts(subject, std::string(name) + ".", *within);
  }
}

void add_explanation(Subject& subject, const pgiam_api& api, const pgiam_reply* explained) {
  const json::value explanation = json::parse(api.reply_text(explained, PGIAM_REPLY_EXPLANATION));
  add_texts(subject, "", explanation.as_object());
  subject.target = api.reply_text(explained, PGIAM_REPLY_TARGET);
}

void add_credentials(Subject& subject, const pgiam_api& api, const pgiam_reply* credentials) {
  subject.provider = api.reply_text(credentials, PGIAM_REPLY_PROVIDER);
  for (std::size_t i = 0; i < api.reply_param_count(credentials); ++i) {
    pgiam_param param = PGIAM_PARAM_INIT;
    if (api.reply_param(credentials, i, &param) == PGIAM_OK)
      subject.credentials[param.key] = Secret(param.value);
  }
}

const char* name_of(Check::Outcome outcome) {
  switch (outcome) {
    case Check::Outcome::kOk:
      return "ok";
    case Check::Outcome::kFailed:
      return "failed";
    case Check::Outcome::kSkipped:
      return "skipped";
  }
  return "";
}

json::array list_of(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& text : texts) list.push_back(json::value(text));
  return list;
}

json::object to_object(const Check& check) {
  json::object facts;
  for (const auto& [name, text] : check.facts) facts[name] = json::value(text);
  return {{"check", check.name},
          {"outcome", name_of(check.outcome)},
          {"code", check.finding.code},
          {"sentence", check.finding.message},
          {"evidence", check.finding.evidence},
          {"commands", list_of(check.finding.commands)},
          {"certain", check.is_certain},
          {"asked", check.asked.empty() ? json::value() : json::value(check.asked)},
          {"explains", list_of(check.explains)},
          {"rules_out", list_of(check.rules_out)},
          {"calls", check.calls},
          {"facts", std::move(facts)}};
}

json::object to_object(const Error& finding) {
  return {{"code", finding.code},
          {"sentence", finding.message},
          {"evidence", finding.evidence},
          {"commands", list_of(finding.commands)}};
}

json::object to_object(const FailureAdvice& advice) {
  json::object on, facts;
  for (const auto& [what, finding] : advice.on) on[what] = to_object(finding);
  for (const auto& [name, text] : advice.facts) facts[name] = json::value(text);
  return {{"on", std::move(on)}, {"facts", std::move(facts)}};
}

class Examination {
 public:
  std::vector<Check> checks(const Subject& subject, std::uint32_t what) const {
    for (const Examiner& examiner : examiners())
      if (subject.provider.starts_with(examiner.prefix))
        return examiner.examine(world(), subject, what, call_until(kLongest));
    return {};
  }

  // The cloud's whose endpoint it is; of a name that is none's, what each of them knows.
  FailureAdvice advice(const Subject& subject) const {
    FailureAdvice all;
    for (const Examiner& examiner : examiners()) {
      if (!subject.target.empty() && !subject.target.starts_with(examiner.prefix)) continue;
      FailureAdvice known = examiner.advise(world(), subject);
      all.on.merge(known.on);
      all.facts.merge(known.facts);
    }
    return all;
  }

  std::vector<CaTold> cas(std::span<const GivenOption> options, bool fetch) const {
    std::vector<CaTold> told;
    for (const Examiner& examiner : examiners())
      told.push_back(examiner.tell_of_ca(world(), options, fetch,
                                         call_until(fetch ? kLongestFetch : kLongest)));
    return told;
  }

  // Where root installs; nothing where there is no installation.
  std::optional<std::string> data_folder() const {
    for (const std::string& folder : world().environment.data_folders())
      if (folder.ends_with("/share/pgiam")) return folder;
    return std::nullopt;
  }

 private:
  const World& world() const { return wired_.world(); }
  Call call_until(Milliseconds longest) const {
    Call call;
    call.now = world().clock.now();
    call.deadline = world().clock.uptime() + longest;
    return call;
  }

  Nobody nobody_;
  WiredWorld wired_{"pgiam-examine", nobody_, nobody_};
};

json::array to_list(const std::vector<CaRoot>& roots) {
  json::array list;
  for (const CaRoot& root : roots)
    list.push_back(json::object{{"sha256", root.sha256},
                                {"from", root.from},
                                {"until", root.until},
                                {"scope", root.scope},
                                {"name", root.name}});
  return list;
}

json::object to_object(const CaTold& told) {
  json::array kinds;
  for (const CaKindTold& kind : told.kinds) {
    json::array files;
    for (const CaFile& file : kind.files)
      files.push_back(json::object{{"path", file.path},
                                   {"installed", file.is_installed},
                                   {"roots", to_list(file.roots)}});
    kinds.push_back(json::object{{"installed_name", kind.installed_name},
                                 {"public", kind.is_public},
                                 {"files", std::move(files)}});
  }
  json::object object{{"word", told.word},
                      {"of", told.of},
                      {"kinds", std::move(kinds)},
                      {"before_scope", told.before_scope},
                      {"after_scope", told.after_scope}};
  if (told.url.empty()) return object;
  object["url"] = told.url;
  object["fetched"] = told.fetched;
  if (const auto& error = told.why_not_fetched)
    object["error"] = json::object{{"status", static_cast<std::int32_t>(error->status)},
                                   {"message", error->message},
                                   {"hint", error->hint}};
  return object;
}

std::vector<GivenOption> options_of(const pgiam_request& request) {
  std::vector<GivenOption> options;
  for (std::size_t i = 0; i < request.option_count; ++i)
    if (request.options[i].key != nullptr && request.options[i].value != nullptr)
      options.emplace_back(request.options[i].key, request.options[i].value);
  return options;
}

std::string tell_of_ca(const Examination& examination, const pgiam_request& request, bool fetch) {
  json::array told;
  for (const CaTold& of_cloud : examination.cas(options_of(request), fetch))
    told.push_back(to_object(of_cloud));
  json::value data_folder;
  if (const auto folder = examination.data_folder()) data_folder = json::value(*folder);
  return json::serialize(json::object{{"ca", std::move(told)}, {"data_folder", data_folder}});
}

// What advice takes is at hand: credentials only where that has found some.
std::string examine(const pgiam_api& api, pgiam_context* context, const pgiam_request* request,
                    std::uint32_t what) {
  const Examination examination;
  if ((what & (kExamineCa | kExamineCaFetch)) != 0)
    return tell_of_ca(examination, *request, (what & kExamineCaFetch) != 0);
  const std::uint32_t checks_wanted = what & ~kExamineAdvice;
  Subject subject;
  if (const ReplyPtr explained = ask(api, api.explain, context, request))
    add_explanation(subject, api, explained.get());
  if (checks_wanted != 0 || !subject.text("credentials.provider").empty())
    if (const ReplyPtr credentials = ask(api, api.credentials, context, request))
      add_credentials(subject, api, credentials.get());
  json::object found{{"checks", json::array()}};
  if (checks_wanted != 0 && !subject.explained.empty())
    for (const Check& check : examination.checks(subject, checks_wanted))
      found["checks"].as_array().push_back(to_object(check));
  if ((what & kExamineAdvice) != 0) found["advice"] = to_object(examination.advice(subject));
  return json::serialize(found);
}

int32_t examine_for_c(const void* api, void* context, const void* request, std::uint32_t what,
                      void (*take)(void*, const char*, std::size_t), void* user_data) noexcept {
  try {
    const std::string found =
        examine(*static_cast<const pgiam_api*>(api), static_cast<pgiam_context*>(context),
                static_cast<const pgiam_request*>(request), what);
    take(user_data, found.data(), found.size());
    return PGIAM_OK;
  } catch (const std::bad_alloc&) {
    return PGIAM_E_NO_MEMORY;
  } catch (...) {
    return PGIAM_E_INTERNAL;
  }
}

constexpr pgiam_examine_module kModule = {sizeof(pgiam_api), examine_for_c};

}  // namespace
}  // namespace pgiam

extern "C" __attribute__((visibility("default"))) const pgiam_examine_module*
pgiam_examine_module_get() {
  return &pgiam::kModule;
}
