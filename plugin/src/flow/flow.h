// The story of a connection: before it, after it, and explained. One Flow serves a context.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "flow/decide/planner.h"
#include "flow/fetch/fetcher.h"
#include "flow/password_cache.h"
#include "flow/password_files.h"
#include "flow/pending_reply.h"
#include "flow/refusal.h"
#include "flow/reply.h"
#include "flow/request.h"

namespace pgiam {

enum class Advice { kNone = 0, kRetryOnce = 1 };

// Any thread.
class Flow {
 public:
  Flow(const World& world, std::span<const OptionValue> options,
       std::vector<std::unique_ptr<Cloud>> clouds, std::shared_ptr<Fetcher> fetcher);
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  ~Flow();

  // Tells that the call goes on, and gets what would cancel it.
  using Begin = std::function<std::stop_token()>;
  // kNotApplicable with the reason where the connection is not ours. Begins unless all that the
  // answer takes is at hand: then nobody can be waiting for it. `may_be_late`: where something has
  // to be fetched first, it is not, and the reply is late.
  Result<Reply> before_connect(const Request& request, const Begin& begin,
                               bool may_be_late = false);
  // The answer from memory, without a file, the network or a wait; nothing where it takes one.
  std::optional<Result<Reply>> find_reply(const Request& request);
  // before_connect without a caller that waits. It ends at once where the answer is in memory; else
  // it takes a thread only while it reads, looks up or fetches. `hold` is let go of when nothing of
  // the flow is used any more, which has to live until then; `stop` cancels; `wake` as in
  // PendingReply.
  std::shared_ptr<PendingReply> start(const Request& request, std::shared_ptr<const void> hold,
                                      std::stop_token stop, PendingReply::Wake wake);
  // What a token that is not there yet will ask of the connection. An error: it may not be sent.
  Result<KeywordSettings> settings_of_token(const Request& request) const;
  Advice after_connect(const Reply& reply, const ConnectionOutcome& outcome);
  // What a failed connection means. Changes nothing.
  Error explain_refusal(const Reply& reply, const ConnectionOutcome& outcome) const {
    return pgiam::explain_refusal(reply, outcome, world_.clock.now());
  }
  Result<Reply> explain(const Request& request, std::stop_token stop);
  // The secret that a password would be made of.
  Result<Reply> credentials(const Request& request, std::stop_token stop);
  // Signs in anew to what that secret rests on, and fetches it, asking the person for all that it
  // takes. kLoginRequired where the host cannot ask.
  Result<Reply> login(const Request& request, std::stop_token stop);

  // The threads that operations go on with.
  Pool& pool() { return fetcher_->pool(); }

 private:
  friend class PendingReply;

  struct KeptPlan {
    std::shared_ptr<const Plan> plan;
    std::uint64_t environment = 0;  // Environment::generation() when it was made
    Time made{};
  };

  static std::string plan_key(const Request& request);
  static bool may_be_kept(const Request& request);
  const KeptPlan* find_plan(const std::string& key, Time now) const;
  // A kept one, or one that it makes, for a connection that begins by it.
  Result<std::shared_ptr<const Plan>> plan_for(const Request& request, const Call& planning);
  Result<KeptSecretPtr> find_secret(const AskCloud& ask, const Request& request, Call call,
                                    Trace& trace);
  void begin_connection(const Plan& plan) const;
  // An answer for which nothing is to be fetched: not ours, refused, or from a file.
  std::optional<Result<Reply>> answer_without_cloud(const std::shared_ptr<const Plan>& plan,
                                                    const Request& request, const Call& call);
  std::optional<Error> why_no_password(const Plan& plan) const;
  bool has_to_be_fetched(const AskCloud& ask, const Request& request, Call call) const;
  Wanted wanted(const AskCloud& ask, const Request& request, const Call& call) const;
  // kNotApplicable, which the log tells.
  Error users_password_wins(const Plan& plan, std::string reason) const;
  Error failed(const Plan& plan, Error why) const;
  Result<Reply> answer(const std::shared_ptr<const Plan>& plan, const Found& found,
                       const Request& request, Time now);
  PasswordCache::Kept find_kept(const AskCloud& ask, const KeptSecretPtr& secret, Time now) const;
  Result<Reply> make_password(std::shared_ptr<const Plan> plan, PasswordMakerPtr maker,
                              const Found& found, const Request& request, Time now);
  Result<Reply> answer_from_file(const std::shared_ptr<const Plan>& plan,
                                 const PasswordFromFile& file, const Request& request,
                                 const Call& call);

  // The making of a plan is limited as well, by what is known before there is one.
  Call begin_planning(const Request& request, Milliseconds start, std::stop_token stop) const;
  Call begin_call(const Plan& plan, const Request& request, Milliseconds start,
                  std::stop_token stop) const;
  Call call_until(Milliseconds limit, const Request& request, Milliseconds start,
                  std::stop_token stop) const;

  const World& world_;
  const Planner planner_;
  const std::shared_ptr<Fetcher> fetcher_;
  PasswordCache passwords_;
  PasswordFiles files_;
  std::unordered_map<std::string, KeptPlan> plans_;  // under the state lock
  mutable std::string last_complaint_;               // under the state lock
};

}  // namespace pgiam
