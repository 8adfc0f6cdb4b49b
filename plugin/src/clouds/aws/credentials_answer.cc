#include "clouds/aws/credentials_answer.h"

#include "base/text.h"

namespace pgiam::aws {
namespace {

Error bad_member(const AnswerForm& form, std::string_view member, const char* problem) {
  return make_error(Status::kBadResponse, "the answer of " + std::string(form.who) + " has " +
                                              problem + " " + std::string(member));
}

}  // namespace

Result<std::shared_ptr<Credentials>> read_credentials(const Json& answer, const AnswerForm& form) {
  const auto text = [&](std::string_view member) { return answer.text(member).value_or(""); };
  constexpr std::string_view kId = "AccessKeyId", kSecret = "SecretAccessKey",
                             kExpiration = "Expiration", kAccount = "AccountId";
  // One that is there and no text is not absent: keys without their expiry would be kept for ever.
  const auto wrong = answer.no_text({kId, kSecret, form.token_member, kExpiration, kAccount});
  if (!wrong.empty()) return bad_member(form, wrong, "a malformed");
  const bool temporary = form.temporary || text(kId).starts_with("ASIA");
  for (std::string_view member : {kId, kSecret, temporary ? form.token_member : kId,
                                  form.temporary ? kExpiration : kId})
    if (text(member).empty()) return bad_member(form, member, "no");

  auto credentials = std::make_shared<Credentials>();
  credentials->access_key_id = text(kId);
  credentials->secret_access_key = Secret(text(kSecret));
  credentials->session_token = Secret(text(form.token_member));
  credentials->account_id = text(kAccount);
  credentials->provider = form.provider.name;
  if (answer.has(kExpiration)) {
    credentials->expires_at = parse_rfc3339(text(kExpiration));
    if (!credentials->expires_at) return bad_member(form, kExpiration, "a malformed");
  }
  return credentials;
}

void extend_if_expired(Credentials& credentials, std::string_view who, Time now, Runtime& runtime,
                       Log& log) {
  if (!credentials.expires_at || *credentials.expires_at > now) return;
  log.write(LogLevel::kWarn, "aws",
            std::string(who) + " hands out credentials that expired at " +
                rfc3339(*credentials.expires_at) + "; they are used while it renews them");
  credentials.expires_at =
      now + Seconds{300} + Milliseconds{static_cast<std::int64_t>(300'000 * runtime.random())};
}

}  // namespace pgiam::aws
