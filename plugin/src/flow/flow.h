// The story of a connection: before it, after it, and explained. One Flow serves a context.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "flow/credential_cache.h"
#include "flow/last_answers.h"
#include "flow/password_files.h"
#include "flow/plan.h"
#include "flow/reply.h"
#include "flow/request.h"
#include "flow/password_cache.h"

namespace pgiam {

enum class Outcome { kConnected = 1, kAuthFailed = 2, kOther = 3 };
enum class Advice { kNone = 0, kRetryOnce = 1 };

// Any thread.
class Flow {
 public:
  Flow(const World& world, std::span<const OptionValue> options,
       std::vector<std::unique_ptr<Cloud>> clouds, std::shared_ptr<CredentialCache> credentials);
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  ~Flow();

  // Tells that the call goes on, and gets what would cancel it.
  using Begin = std::function<std::stop_token()>;
  // kNotApplicable with the reason where the connection is not ours. Begins unless all that the
  // answer takes is at hand: then nobody can be waiting for it.
  Result<Reply> before_connect(const Request& request, const Begin& begin);
  Advice after_connect(const Reply& reply, Outcome outcome);
  Result<Reply> explain(const Request& request, std::stop_token stop);
  // The credentials that a token would be made of.
  Result<Reply> credentials(const Request& request, std::stop_token stop);
  // Signs in anew to what those credentials rest on, and fetches them, asking the person for all
  // that it takes. kLoginRequired where the host cannot ask.
  Result<Reply> login(const Request& request, std::stop_token stop);

 private:
  struct KeptPlan {
    std::shared_ptr<const Plan> plan;
    std::uint64_t environment = 0;  // Environment::generation() when it was made
    Milliseconds made{0};           // on Clock::uptime()
  };

  Result<KeptPlan> plan_for(const Request& request, const Moment& moment, Milliseconds start,
                            const std::stop_token& stop);
  // The making of a plan is limited as well, by what is known before there is one.
  Call begin_planning(const Request& request, Milliseconds start, std::stop_token stop) const;
  Call begin_call(const Plan& plan, const Request& request, Milliseconds start,
                  std::stop_token stop) const;
  Call call_until(Milliseconds deadline, const Request& request, std::stop_token stop) const;
  Result<Ingredients> find_ingredients(std::shared_ptr<const Plan> plan, const Request& request,
                                       const Call& call);
  Result<Reply> answer(const Ingredients& found, const Request& request, Time now);
  Result<Reply> answer_from_file(std::shared_ptr<const Plan> plan, const Request& request,
                                 const Call& call);

  const World& world_;
  const Planner planner_;
  const std::shared_ptr<CredentialCache> credentials_;
  PasswordCache passwords_;
  PasswordFiles files_;
  std::unordered_map<std::string, KeptPlan> plans_;  // under the state lock
};

}  // namespace pgiam
