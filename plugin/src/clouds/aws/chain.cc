// A chain asks its providers in order. One that does not apply is passed over, one that is broken
// ends the search: the next would be somebody else.
#include "clouds/aws/provider.h"

namespace pgiam::aws {
namespace {

class Chain : public CredentialsProvider {
 public:
  Chain(const Clock& clock, std::vector<ProviderPtr> providers)
      : clock_(clock), providers_(std::move(providers)) {}

  std::string_view name() const override { return "aws.chain"; }

  Result<CredentialsPtr> load(const Call& call, Trace& trace) override {
    std::vector<Error> causes;
    for (const ProviderPtr& provider : providers_) {
      auto loaded = ask_and_trace(clock_, provider->name(), trace,
                                  [&] { return provider->load(call, trace); });
      if (loaded) return loaded;
      Error error = std::move(loaded).error();
      if (error.provider.empty()) error.provider = provider->name();
      if (error.status != Status::kNotApplicable) {
        error.causes.insert(error.causes.begin(), causes.begin(), causes.end());
        return error;
      }
      std::vector<Error> more;
      more.swap(error.causes);
      causes.push_back(std::move(error));
      for (Error& cause : more) causes.push_back(std::move(cause));
    }
    Error none = make_error(
        Status::kNoCredentials, "no AWS credentials were found",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run: aws configure; with IAM Identity "
        "Center: aws configure sso, then pgiam login");
    none.commands = {"set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", "aws configure",
                     "aws configure sso", "pgiam login"};
    none.causes = std::move(causes);
    return none;
  }

 private:
  const Clock& clock_;
  std::vector<ProviderPtr> providers_;
};

}  // namespace

Result<CredentialsPtr> ask_and_trace(const Clock& clock, std::string_view provider, Trace& trace,
                                     const std::function<Result<CredentialsPtr>()>& ask) {
  const Milliseconds start = clock.uptime();
  auto loaded = ask();
  SourceTried tried{std::string(provider), SourceTried::Outcome::kWon, "", clock.uptime() - start};
  if (!loaded) {
    const bool skipped = loaded.error().status == Status::kNotApplicable;
    tried.outcome = skipped ? SourceTried::Outcome::kSkipped : SourceTried::Outcome::kFailed;
    tried.detail = loaded.error().message;
    if (!loaded.error().remote.empty()) tried.detail += " (" + loaded.error().remote + ")";
  }
  trace.push_back(std::move(tried));
  return loaded;
}

ProviderPtr make_chain(const Clock& clock, std::vector<ProviderPtr> providers) {
  return std::make_unique<Chain>(clock, std::move(providers));
}

}  // namespace pgiam::aws
