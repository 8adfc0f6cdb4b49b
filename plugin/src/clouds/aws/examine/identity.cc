#include "clouds/aws/examine/identity.h"

#include "base/redact.h"
#include "base/text.h"
#include "clouds/aws/client.h"
#include "clouds/aws/runtime.h"
#include "clouds/aws/service_error.h"
#include "clouds/aws/xml.h"

namespace pgiam::aws {
namespace {

constexpr const char* kRequest = "Action=GetCallerIdentity&Version=2011-06-15";

Result<HttpRequest> make_request() {
  HttpRequest request;
  request.method = "POST";
  request.url = "/";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body = kRequest;
  request.connect_timeout = Milliseconds{1500};
  return request;
}

Check skipped(Error finding, std::string asked = "") {
  return {"identity", Check::Outcome::kSkipped, std::move(finding), false, std::move(asked)};
}

Check failed(Error finding, bool is_certain) {
  return {"identity", Check::Outcome::kFailed, std::move(finding), is_certain, ""};
}

// "arn:aws:rds-db:eu-west-1:*:dbuser:*/app" with the account that is now known.
std::string with_account(std::string_view resource, const std::string& account) {
  std::string arn(resource);
  const auto at = arn.find(":*:");
  return at == arn.npos || account.empty() ? arn : arn.replace(at + 1, 1, account);
}

// Whom a grant names: the role of a session, not the session.
std::string grantee_of(const std::string& arn) {
  const auto parts = split(arn, '/');
  const auto at = arn.find(":assumed-role/");
  if (at == arn.npos || parts.size() < 3) return arn;
  const auto fields = split(arn, ':');
  return "arn:" + std::string(fields[1]) + ":iam::" + std::string(fields[4]) + ":role/" +
         std::string(parts[1]);
}

Error unknown_session_token(const Credentials& keys, const KeyPlaces& places) {
  if (!keys.access_key_id.starts_with("ASIA"))
    return make_finding(
        "session_token_foreign",
        "there is a session token beside the access key " + keys.owner() +
            ", which is a lasting one and has none: it is left over from other "
            "credentials",
        {places.of_token() == "AWS_SESSION_TOKEN" ? "unset AWS_SESSION_TOKEN"
                                                  : "take out " + places.of_token()});
  return make_finding("session_token_invalid",
                      "AWS does not know the access key " + keys.owner() +
                          " with this session token: it is cut, or of other credentials",
                      {"set all three anew, together: key, secret and session token"});
}

Error unknown_key(const Credentials& keys, const KeyPlaces& places) {
  if (!keys.session_token.empty()) return unknown_session_token(keys, places);
  return make_finding("unknown_key",
                      "AWS knows no access key " + keys.owner() + " of " + places.of_id() +
                          ": it was deleted or switched off, or is mistyped",
                      {"make a new access key, and set it: " + places.of_id()});
}

Error wrong_secret(const Credentials& keys, const KeyPlaces& places) {
  const std::string length = odd_length(keys);
  return make_finding("wrong_secret",
                      "the secret does not belong to the access key " + keys.owner() +
                          (length.empty() ? "" : ": " + length),
                      {"set it anew: " + places.of_secret()});
}

// The codes with which STS refuses who asks, and what each means.
std::optional<Error> meaning_of(const ServiceError& told, const Credentials& keys,
                                const KeyPlaces& places) {
  const bool of_clock = told.message.starts_with("Signature expired") ||
                        told.message.starts_with("Signature not yet current");
  if (of_clock || told.code == "RequestExpired" || told.code == "RequestTimeTooSkewed")
    return make_finding("wrong_clock",
                        "this machine's clock is wrong: AWS takes no signature with its time",
                        {"timedatectl set-ntp true"});
  if (told.code == "SignatureDoesNotMatch" || told.code == "IncompleteSignature")
    return wrong_secret(keys, places);
  if (told.code == "InvalidClientTokenId" || told.code == "UnrecognizedClientException")
    return unknown_key(keys, places);
  if (told.code.starts_with("ExpiredToken"))
    return make_finding("expired_credentials",
                        "the temporary credentials " + keys.owner() + " have expired",
                        {places.are_set_by_hand() ? "set new ones in place of " + places.of_id()
                                                  : "see what renews " + places.of_id()});
  return std::nullopt;
}

Check judge(const HttpResponse& answer, const Subject& subject, const Credentials& keys,
            const KeyPlaces& places) {
  if (answer.status == 200) {
    const std::string arn = redact_message(xml_text(answer.body, "Arn").value_or(""), "", 300);
    const std::string account =
        redact_message(xml_text(answer.body, "Account").value_or(""), "", 30);
    if (arn.empty())
      return skipped(make_finding("no_answer", "STS answered, but not in its own words"));
    Check check{"identity", Check::Outcome::kOk, make_finding("", arn + ", account " + account),
                true, ""};
    check.facts = {{"arn", arn},
                   {"account", account},
                   {"grantee", grantee_of(arn)},
                   {"resource", with_account(subject.text("permission.resource"), account)}};
    return check;
  }
  const ServiceError told = parse_service_error(answer);
  std::optional<Error> meaning = meaning_of(told, keys, places);
  if (!meaning)
    return skipped(make_finding(
        "not_told", describe_refusal(answer, "whose they are, STS does not say").message));
  if (!meaning->evidence.empty()) meaning->evidence += "; ";
  meaning->evidence += "STS: " + told.code;
  return failed(std::move(*meaning), true);
}

void add_clock(Check& check, const HttpResponse& answer, Time now) {
  if (!answer.verified) return;
  if (const auto told = parse_http_date(answer.header("Date")))
    check.facts["clock_ms"] = std::to_string((*told - now).count());
}

// A certificate that is not valid yet tells of this machine's clock.
Check unreachable(const Error& error, const std::string& url) {
  Error finding =
      make_finding("not_reached", "STS was not asked: " + error.message, {}, error.hint);
  if (error.message.find("not yet valid") != std::string::npos) finding.code = "clock_suspected";
  if (error.message.find("has expired") != std::string::npos) finding.code = "clock_suspected";
  return skipped(std::move(finding), url);
}

}  // namespace

Check examine_identity(const World& world, const Profiles& profiles, const Subject& subject,
                       const CredentialsPtr& keys, const std::string& profile, const Call& call) {
  const KeyPlaces places(*keys, profiles, profile);
  if (auto complaint = complain_of_looks(*keys, places)) return failed(std::move(*complaint), true);
  Runtime& runtime = Runtime::of_process();
  auto client = Client::make(world, runtime, profiles, profiles.find(profile), Service::kSts,
                                   subject.text("region"));
  if (!client) return skipped(make_finding("not_reached", client.error().message));
  int calls = 0;
  const auto make = [&calls] {
    ++calls;
    return make_request();
  };
  client->limit_attempts(kMostForIdentity);  // the second where only the clock was wrong
  const auto answer = client->send({make, keys, {}}, call);
  Check check = answer ? judge(*answer, subject, *keys, places)
                       : unreachable(answer.error(), client->url());
  check.calls = calls;
  check.asked = client->url();
  if (answer) add_clock(check, *answer, world.clock.now());
  return check;
}

}  // namespace pgiam::aws
