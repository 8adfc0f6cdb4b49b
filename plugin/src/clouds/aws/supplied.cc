#include "clouds/aws/supplied.h"

namespace pgiam::aws {
namespace {

Error bad(const std::string& what) {
  Error error = make_error(Status::kNoCredentials, "the host's credentials " + what);
  error.provider = "host";
  return error;
}

}  // namespace

Result<CredentialsPtr> read_supplied_credentials(const SuppliedValues& values, Time now) {
  const auto text = [&](std::string_view key) -> std::string_view {
    for (const auto& [name, value] : values)
      if (name == key) return value.reveal();
    return {};
  };
  const bool temporary = text("access_key_id").starts_with("ASIA");
  for (const char* key :
       {"access_key_id", "secret_access_key", temporary ? "session_token" : "access_key_id"})
    if (text(key).empty()) return bad(std::string("lack ") + key);

  auto credentials = std::make_shared<Credentials>();
  credentials->access_key_id = text("access_key_id");
  credentials->secret_access_key = Secret(text("secret_access_key"));
  credentials->session_token = Secret(text("session_token"));
  credentials->account_id = text("account_id");
  credentials->provider = "host";
  credentials->renewable = false;  // the host is asked when it connects, not ahead of time
  if (const std::string_view end = text("expires_at"); !end.empty()) {
    credentials->expires_at = parse_rfc3339(end);
    if (!credentials->expires_at) return bad("have a malformed expires_at");
    if (*credentials->expires_at <= now)
      return bad("had expired when they came, at " + rfc3339(*credentials->expires_at));
  }
  return CredentialsPtr(std::move(credentials));
}

}  // namespace pgiam::aws
