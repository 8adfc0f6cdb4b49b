// Roles that are assumed with other credentials: those of a profile's chain, and the one of our own
// options on top of whatever was found.
#include "base/shell.h"
#include "base/text.h"
#include "clouds/aws/cli_cache.h"
#include "clouds/aws/options.h"
#include "clouds/aws/profile_source.h"
#include "clouds/aws/sts.h"

namespace pgiam::aws {
namespace {

constexpr int kMostCodes = 3;  // mistyped ones, until we give up

Error code_wanted(const Role& role) {
  const std::string command =
      role.profile.empty() ? "pgiam login --role-arn " + shell_word(role.arn) + " --mfa-serial " +
                                 shell_word(role.mfa_serial)
                           : "pgiam login --profile " + shell_word(role.profile);
  return with_commands(
      make_error(Status::kLoginRequired, "assuming role " + role.arn +
                                             " takes a code of the MFA device " + role.mfa_serial),
      {command}, "run in a terminal: ");
}

Result<Secret> ask_for_code(const ProviderContext& context, const Role& role, bool again,
                            const Call& call) {
  PromptRequest prompt;
  prompt.kind = PromptRequest::Kind::kMfaCode;
  prompt.retry = again;
  prompt.title = "MFA code for role " + role.arn +
                 (role.profile.empty() ? "" : " (profile " + role.profile + ")");
  prompt.subject = role.mfa_serial;
  auto answer = context.world.prompt.ask(prompt, call);
  if (!answer) return answer;
  const Secret code(trim(answer->reveal()));
  if (code.empty()) return make_error(Status::kLoginDeclined, "no MFA code was given");
  return code;
}

// The time that a person takes is theirs, not the call's.
Result<CredentialsPtr> assume_with_code(const ProviderContext& context, const Profiles& profiles,
                                        const Role& role, const CredentialsPtr& signer, Call call) {
  for (int number = 1;; ++number) {
    const Milliseconds asked = context.world.clock.uptime();
    const auto code = ask_for_code(context, role, number > 1, call);
    if (!code) return code.error();
    call.deadline += context.world.clock.uptime() - asked;
    auto assumed = sts_assume_role(context, profiles, role, signer, *code, call);
    if (assumed || !is_wrong_mfa_code(assumed.error()) || number == kMostCodes) return assumed;
  }
}

class RoleProvider : public Provider {
 public:
  RoleProvider(const ProviderContext& context, SecretSource base)
      : context_(context), base_(std::move(base)) {}

  Result<KeptSecretPtr> load(const Call& call, Trace& trace, Fetch& fetch) override {
    const auto profiles = context_.files.read(call);
    if (!profiles) return profiles.error();
    const Role role = own_role(context_.settings);
    const auto base = [&](const Call& base_call,
                          Trace& base_trace) -> Result<CredentialsPtr> {
      const auto found = fetch.get(base_, base_call, base_trace);
      if (!found) return found.error();
      return as_credentials(*found);
    };
    const auto loaded = assume_roles(context_, **profiles, {&role, 1}, base, call, trace);
    if (!loaded) return loaded.error();
    return KeptSecretPtr(*loaded);
  }

 private:
  static Role own_role(const Settings& settings) {
    Role role;
    role.arn = settings.get(kRoleArnOption);
    role.external_id = settings.get(kExternalIdOption);
    role.session_name = settings.get(kRoleSessionNameOption);
    role.mfa_serial = settings.get(kMfaSerialOption);
    if (settings.given(kDurationSecondsOption))
      role.duration = Seconds{settings.get_int(kDurationSecondsOption)};
    return role;
  }

  const ProviderContext context_;
  const SecretSource base_;
};

constexpr const Option* kIdentityOptions[] = {
    &kRoleArnOption,         &kExternalIdOption, &kRoleSessionNameOption,
    &kDurationSecondsOption, &kMfaSerialOption,
};

}  // namespace

constinit const ProviderInfo kAssumeRoleInfo{"aws.assume_role", {}, kIdentityOptions};

Result<CredentialsPtr> assume_roles(const ProviderContext& context, const Profiles& profiles,
                                    std::span<const Role> roles, const LoadBase& base,
                                    const Call& call, Trace& trace) {
  if (roles.empty()) return base(call, trace);
  const Role& role = roles.back();
  const bool needs_code = !role.mfa_serial.empty();
  const auto fetch = [&]() -> Result<CredentialsPtr> {
    if (needs_code && !call.may_prompt) return code_wanted(role);
    const auto signer_other_than = [&](const std::string& refused) {
      Call inner = call;
      inner.replaces = refused;
      return assume_roles(context, profiles, roles.first(roles.size() - 1), base, inner, trace);
    };
    const auto assume_with = [&](const CredentialsPtr& signer) {
      return ask_and_trace(context.world.clock, kAssumeRoleInfo.name, trace, [&] {
        return needs_code ? assume_with_code(context, profiles, role, signer, call)
                          : sts_assume_role(context, profiles, role, signer, Secret(), call);
      });
    };
    const auto signer = signer_other_than("");
    if (!signer) return signer.error();
    auto assumed = assume_with(*signer);
    if (assumed || !is_refusal_of_signer(assumed.error())) return assumed;
    // It was kept, and has been revoked or has ended since.
    const auto another = signer_other_than((*signer)->access_key_id);
    if (!another) return another.error();
    return (*another)->access_key_id == (*signer)->access_key_id ? assumed : assume_with(*another);
  };
  // Who may not ask anybody does not wait for somebody else's prompt either.
  Call look = call;
  if (needs_code && !call.may_prompt) look.offline = true;
  return through_cli_cache(context, cache_name_of_role(role), kAssumeRoleInfo.name, look, fetch);
}

std::shared_ptr<Provider> make_role_provider(const ProviderContext& context, SecretSource base) {
  return std::make_shared<RoleProvider>(context, std::move(base));
}

}  // namespace pgiam::aws
