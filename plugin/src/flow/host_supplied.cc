#include "flow/host_supplied.h"

namespace pgiam {
namespace {

constexpr const char* kName = "host";

class HostSupplied : public Provider {
 public:
  explicit HostSupplied(const Cloud& cloud) : cloud_(cloud) {}

  Result<KeptSecretPtr> load(const Call& call, Trace& trace, Fetch&) override {
    auto loaded = ask(call);
    SourceTried tried{kName, SourceTried::Outcome::kWon, "", {}};
    if (!loaded) {
      tried.outcome = SourceTried::Outcome::kFailed;
      tried.detail = loaded.error().message;
    }
    trace.push_back(std::move(tried));
    return loaded;
  }

 private:
  Result<KeptSecretPtr> ask(const Call& call) const {
    // Ahead of time nobody is asked: it would be on a thread that the host does not know.
    if (call.host == nullptr)
      return make_error(Status::kNoCredentials,
                        "the host supplies these credentials when it connects");
    if (call.offline) return make_error(Status::kNetwork, "would ask the host for its credentials");
    auto given = call.host->ask_credentials(call);
    if (!given) return given.error();
    return cloud_.read_supplied(*given, call);
  }

  const Cloud& cloud_;
};

}  // namespace

SecretSource host_supplied(const Cloud& cloud, std::string_view identity) {
  return {"host\n" + std::string(identity), std::make_shared<HostSupplied>(cloud)};
}

Result<SecretSource> source_for(const Cloud& cloud, const Settings& settings, const Target* target,
                                const Call& call) {
  const std::string_view identity = call.host != nullptr ? call.host->identity() : "";
  if (identity.empty()) return cloud.source(settings, target, call);
  return cloud.source_on(host_supplied(cloud, identity), settings, target, call);
}

}  // namespace pgiam
