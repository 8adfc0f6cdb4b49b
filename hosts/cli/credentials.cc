// pgiam credentials: AWS's own credentials, in the form that a credential_process answers in.
// docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
#include "commands.h"
#include "library.h"
#include "report.h"
#include "secret_text.h"
#include "times.h"

namespace pgiam::cli {
namespace {

using host::SecretText;

// No JSON library: it would leave copies of the secrets behind.
void append_string(SecretText& json, std::string_view text) {
  json.append("\"");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ') {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
      json.append(escaped);
      continue;
    }
    if (c == '"' || c == '\\') json.append("\\");
    json.append(1, c);
  }
  json.append("\"");
}

void append_member(SecretText& json, std::string_view name, std::string_view value) {
  json.append(", \"").append(name).append("\": ");
  append_string(json, value);
}

SecretText describe(const Reply& reply) {
  constexpr struct {
    const char* param;
    const char* member;
  } kMembers[] = {{"access_key_id", "AccessKeyId"},
                  {"secret_access_key", "SecretAccessKey"},
                  {"session_token", "SessionToken"},
                  {"account_id", "AccountId"}};
  SecretText json("{\"Version\": 1");
  for (const auto& [param, member] : kMembers)
    if (const char* value = reply.param(param)) append_member(json, member, value);
  if (const std::int64_t expiry = reply.number(PGIAM_REPLY_CREDENTIALS_EXPIRES_AT))
    append_member(json, "Expiration", rfc3339(expiry));
  json.append("}");
  return json;
}

int run(const Arguments& arguments) {
  Context context = make_context(arguments, Asking::kOnTerminal);
  const Reply reply = context.credentials().value();
  print_line(describe(reply).view());
  return kExitOk;
}

}  // namespace

Command credentials_command() {
  return {.name = "credentials",
          .purpose = "AWS credentials, in the form that a credential_process answers in",
          .takes_options = true,
          .notes = "For AWS's other tools, in ~/.aws/config:\n\n"
                   "  [profile via-pgiam]\n"
                   "  credential_process = pgiam credentials --profile dev\n\n"
                   "They are secret: send them to a program, not to a screen.",
          .run = run};
}

}  // namespace pgiam::cli
