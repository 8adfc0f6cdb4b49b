// What pgiam finds as AWS credentials, as one JSON object: {"id", "secret", "token", "account",
// "provider", "expires_at"} or {"error", "status", "hint", "remote", "causes"}.
//   credentials [--login] [KEY=VALUE …]   options of pgiam; a prompt is answered from PROBE_CODE
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "clouds/aws/credentials.h"
#include "flow/wiring.h"

namespace {

namespace json = boost::json;
using namespace pgiam;

class StderrLog : public Log {
 public:
  bool wants(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view component, std::string_view line) override {
    std::fprintf(stderr, "%s: %s\n", std::string(component).c_str(), std::string(line).c_str());
  }
};

class ScriptedPrompt : public Prompt {
 public:
  bool available() const override { return std::getenv("PROBE_CODE") != nullptr; }
  Result<Secret> ask(const PromptRequest& request, const Call&) override {
    std::fprintf(stderr, "prompt: %d %s %s\n", static_cast<int>(request.kind), request.url.c_str(),
                 request.user_code.c_str());
    return Secret(std::getenv("PROBE_CODE"));
  }
};

json::array describe(const std::vector<Error>& causes) {
  json::array list;
  for (const Error& cause : causes) list.push_back(json::array{cause.message, cause.hint});
  return list;
}

json::object describe(const Result<Reply>& reply) {
  if (!reply) {
    const Error& error = reply.error();
    return {{"error", error.message},
            {"status", static_cast<int>(error.status)},
            {"hint", error.hint},
            {"remote", error.remote},
            {"causes", describe(error.causes)}};
  }
  const auto& found = static_cast<const aws::Credentials&>(*reply->secret());
  return {{"id", found.access_key_id},
          {"secret", found.secret_access_key.reveal()},
          {"token", found.session_token.reveal()},
          {"account", found.account_id},
          {"provider", found.provider},
          {"expires_at", found.expires_at ? rfc3339(*found.expires_at) : ""}};
}

}  // namespace

int main(int argc, char** argv) {
  StderrLog log;
  ScriptedPrompt prompt;
  WiringConfig config;
  config.user_agent = "pgiam/conformance";
  bool login = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto equals = argument.find('=');
    if (argument == "--login") login = true;
    if (equals != std::string_view::npos)
      config.options.emplace_back(argument.substr(0, equals), argument.substr(equals + 1));
  }
  WiredFlow wired(std::move(config), log, prompt);
  const auto reply = login ? wired.flow().login({}, {}) : wired.flow().credentials({}, {});
  std::puts(json::serialize(describe(reply)).c_str());
}
