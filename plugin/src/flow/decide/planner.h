// Makes the plan: which rule applies, which endpoint this is, whose password wins, and what the
// connection needs.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "flow/decide/plan.h"
#include "flow/decide/recognition.h"
#include "flow/decide/rules.h"
#include "flow/handed_out.h"

namespace pgiam {

class Planner {
 public:
  Planner(const World& world, std::span<const OptionValue> context_options,
          std::vector<std::unique_ptr<Cloud>> clouds, const HandedOutPasswords& handed_out)
      : world_(world),
        rules_(world),
        context_options_(context_options),
        handed_out_(handed_out),
        clouds_(std::move(clouds)),
        recognition_(world, clouds_) {}

  // May ask DNS for aliases, where `may_resolve`. Fails only where the settings themselves are
  // wrong, or the call is over.
  Result<Plan> make(const Request& request, const Call& call, bool may_resolve = true) const;
  // For a secret itself, of whoever's connection: there is a source, but no target.
  Result<Plan> make_for_credentials(const Request& request, const Call& call) const;

  // What a token will ask of this connection, as far as the settings tell before there is one. An
  // error: it may not be sent.
  Result<KeywordSettings> settings_of_token(const Request& request, const Call& call) const;

  // What the option timeout_ms says, but for the rules, which take time to read.
  Milliseconds time_without_rules(const Request& request) const;

  const std::vector<std::unique_ptr<Cloud>>& clouds() const { return clouds_; }

 private:
  Result<Plan> decide(const Request& request, const Call& call, bool may_resolve) const;
  Result<Plan> begin(const Request& request, const RuleFile& file) const;
  Result<Plan> make_without_rules(const Request& request, Error why) const;
  void decide_file(PasswordSource source, const Request& request, const Call& call,
                   Plan& plan) const;
  void decide_cloud(const Request& request, const Call& call, bool may_resolve, Plan& plan) const;
  // The file of the user's own that is to give the password, if there is one; the nearer of two.
  Result<std::optional<PasswordSource>> choose_file(const Settings& settings) const;
  // Of whoever the server is by its name; the target has the facts that the name tells.
  Result<ServerCa> choose_ca_by_name(const Request& request, const Settings& settings,
                                     bool may_be_installed, const Call& call,
                                     std::vector<Error>& warnings) const;
  void plan_file(PasswordSource source, const Request& request, const Call& call,
                 Plan& plan) const;
  void plan_cloud(Recognised found, const Request& request, const Call& call, bool may_resolve,
                  Plan& plan) const;

  const World& world_;
  const Rules rules_;
  const std::span<const OptionValue> context_options_;
  const HandedOutPasswords& handed_out_;
  const std::vector<std::unique_ptr<Cloud>> clouds_;
  const Recognition recognition_;
};

}  // namespace pgiam
