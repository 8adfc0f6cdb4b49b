// What is to be done for one connection, decided before anything is fetched or signed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clouds/cloud.h"
#include "clouds/options.h"
#include "flow/aliases.h"
#include "flow/request.h"
#include "flow/rules.h"

namespace pgiam {

// A file of the user's own that holds the password: what `password_file` and `pgpass` name.
struct PasswordSource {
  const Option* option = nullptr;
  std::string path;
};

struct Plan {
  Settings settings;
  std::string rule;              // its name, or ""
  bool ours = false;             // false: the host connects as if we were absent
  std::string reason;            // one sentence: why ours, or why not
  std::optional<Error> refusal;  // ours, but it cannot be done

  // Only where it is ours:
  std::string set_sslmode;             // "" where the user's own will do
  std::string sslrootcert;             // "" where none is given
  std::optional<PasswordSource> file;  // gives the password, whatever the host may be
  std::optional<Error> insecure;       // if the file holds a token, it cannot be done

  // Only where it is ours and a password is to be made:
  const Cloud* cloud = nullptr;
  Target target;
  std::vector<Error> warnings;  // what a person should know although it works
  std::string warning_lines;    // the same, a line each
  SecretSource source;
  Milliseconds timeout{0};
  Seconds reuse{0};
  std::string password_key;  // connections with the same one may get the same password
};

class Planner {
 public:
  Planner(const World& world, std::span<const OptionValue> context_options,
          std::vector<std::unique_ptr<Cloud>> clouds)
      : world_(world),
        rules_(world),
        aliases_(world),
        context_options_(context_options),
        clouds_(std::move(clouds)) {}

  // How long a call may take as far as is known before the configuration file is read.
  Milliseconds time_without_rules(const Request& request) const;

  // May ask DNS for aliases, where `may_resolve`. Fails only where the settings themselves are
  // wrong, or the call is over.
  Result<Plan> make(const Request& request, const Call& call, bool may_resolve = true) const;

  // Is this text a password that a cloud made, fresh or stale, and when does it say that it ends?
  bool is_password_of_ours(std::string_view text) const;
  std::optional<Time> end_of(std::string_view text) const;

  const std::vector<std::unique_ptr<Cloud>>& clouds() const { return clouds_; }

  // For credentials themselves, of whoever's connection: there is a source, but no target.
  Result<Plan> make_for_credentials(const Request& request, const Call& call) const;

 private:
  Result<Plan> begin(const Request& request, const RuleFile& file) const;
  Result<Plan> make_without_rules(const Request& request, Error why) const;
  bool recognise(const Request& request, const Call& call, bool may_resolve, Plan& plan) const;
  bool recognise_name(const std::string& host, std::uint16_t port, Plan& plan) const;
  bool recognise_alias(const std::string& host, std::uint16_t port, const Call& call,
                       Plan& plan) const;
  Result<std::optional<PasswordSource>> choose_file(const Settings& settings) const;
  void finish_for_file(const Request& request, Plan& plan) const;
  bool user_gave_password(const Request& request, const Plan& plan) const;
  void complete_target(const Call& call, Plan& plan) const;
  const Cloud* cloud_for_credentials(const Request& request, const Plan& plan) const;

  const World& world_;
  const Rules rules_;
  const Aliases aliases_;
  const std::span<const OptionValue> context_options_;
  const std::vector<std::unique_ptr<Cloud>> clouds_;
  mutable std::string last_complaint_;  // under the state lock
};

}  // namespace pgiam
