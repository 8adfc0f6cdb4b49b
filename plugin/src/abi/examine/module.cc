// libpgiam-examine.so: asks the library what a connection rests on, and the clouds what they say of
// that.
#include <boost/json.hpp>
#include <memory>
#include <new>

#include "clouds/examine/examiner.h"
#include "flow/wiring.h"
#include "pgiam.h"
#include "ports/examine_module.h"

namespace pgiam {
namespace {

namespace json = boost::json;

constexpr Milliseconds kLongest{4000};

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

Subject subject_of(const pgiam_api& api, const pgiam_reply* credentials,
                   const pgiam_reply* explained) {
  Subject subject;
  const json::value explanation = json::parse(api.reply_text(explained, PGIAM_REPLY_EXPLANATION));
  add_texts(subject, "", explanation.as_object());
  subject.provider = api.reply_text(credentials, PGIAM_REPLY_PROVIDER);
  for (std::size_t i = 0; i < api.reply_param_count(credentials); ++i) {
    pgiam_param param = PGIAM_PARAM_INIT;
    if (api.reply_param(credentials, i, &param) == PGIAM_OK)
      subject.credentials[param.key] = Secret(param.value);
  }
  return subject;
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

std::vector<Check> run(const Subject& subject, std::uint32_t what) {
  Nobody nobody;
  const WiredWorld wired("pgiam-examine", nobody, nobody);
  const World& world = wired.world();
  Call call;
  call.now = world.clock.now();
  call.deadline = world.clock.uptime() + kLongest;
  for (const Examiner& examiner : examiners())
    if (subject.provider.starts_with(examiner.provider_prefix))
      return examiner.examine(world, subject, what, call);
  return {};
}

std::string examine(const pgiam_api& api, pgiam_context* context, const pgiam_request* request,
                    std::uint32_t what) {
  json::array checks;
  const ReplyPtr credentials = ask(api, api.credentials, context, request);
  const ReplyPtr explained = ask(api, api.explain, context, request);
  if (credentials && explained)
    for (const Check& check : run(subject_of(api, credentials.get(), explained.get()), what))
      checks.push_back(to_object(check));
  return json::serialize(json::object{{"checks", std::move(checks)}});
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
