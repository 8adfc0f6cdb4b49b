// The program that a profile's credential_process names.
// docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
#include <algorithm>

#include "base/redact.h"
#include "clouds/aws/credentials_answer.h"
#include "clouds/aws/profile_source.h"

namespace pgiam::aws {
namespace {

constexpr AnswerForm kForm{kProcessInfo, "credential_process", "SessionToken", false};
constexpr Milliseconds kLongest{60'000};
constexpr Milliseconds kPersonsTime{600'000};
constexpr std::size_t kMostWords = 500;

// "credential_process of profile "dev" (~/.aws/config:3)"
std::string describe(const ProfileView& view) {
  return "credential_process of profile \"" + view.name + "\" (" +
         view.section.find("credential_process")->second.where + ")";
}

Error failed(const ProfileView& view, Status status, const std::string& how) {
  return make_error(status, describe(view) + " " + how,
                    "run its command by hand to see what is wrong");
}

Error gave_up(const ProfileView& view, const ProcessResult& result) {
  std::string how = "ended with status " + std::to_string(result.exit_code);
  const std::string words = redact(result.err, kMostWords);
  if (!words.empty()) how += ": " + words;
  return failed(view, Status::kNoCredentials, how);
}

Result<CredentialsPtr> read(const ProfileView& view, std::string_view output, Time now) {
  const auto answer = Json::parse(output);
  if (!answer) return failed(view, Status::kBadResponse, "gave " + answer.error().message);
  if (answer->integer("Version") != 1)
    return failed(view, Status::kBadResponse, "did not answer in version 1 of the format");
  const auto credentials = read_credentials(*answer, kForm);
  if (!credentials)
    return failed(view, Status::kBadResponse, "failed: " + credentials.error().message);
  Credentials& found = **credentials;
  if (found.account_id.empty()) found.account_id = property(view.section, "aws_account_id");
  if (found.expires_at && *found.expires_at <= now)
    return failed(view, Status::kNoCredentials,
                  "gave credentials that expired at " + rfc3339(*found.expires_at));
  return CredentialsPtr(*credentials);
}

}  // namespace

constinit const ProviderInfo kProcessInfo{"aws.process"};

Result<CredentialsPtr> load_process(const ProfileView& view, const Call& call, Trace&) {
  if (call.offline) return make_error(Status::kNetwork, "would run " + describe(view));
  // Nobody knows before whether it will ask somebody: where it may, it does so from the start.
  if (call.has_person && !call.may_prompt)
    return make_error(Status::kCancelled, describe(view) + " may ask a person");
  const World& world = view.context.world;
  ProcessRequest request;
  request.argv = {"/bin/sh", "-c", std::string(property(view.section, "credential_process"))};
  // Written on several lines it is still one command, as for the AWS CLI.
  std::replace(request.argv[2].begin(), request.argv[2].end(), '\n', ' ');
  request.timeout = call.may_prompt ? kPersonsTime : kLongest;
  request.hear = [&](std::string_view words) {
    world.log.write(LogLevel::kWarn, kProcessInfo.name,
                    describe(view) + " says: " + redact(words, kMostWords));
  };
  auto result = world.process.run(request, call);
  for (std::string& word : request.argv) wipe(word);
  if (!result) {
    Error error = result.error();
    if (error.status != Status::kCancelled) error.message = describe(view) + ": " + error.message;
    return error;
  }
  const WipeAtExit wipe_out(result->out), wipe_err(result->err);
  if (result->exit_code != 0) return gave_up(view, *result);
  return read(view, result->out, call.now);
}

}  // namespace pgiam::aws
