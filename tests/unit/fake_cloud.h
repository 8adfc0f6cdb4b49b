// A cloud whose endpoints end in ".fake", and whose secrets a test hands out.
#pragma once

#include <mutex>

#include "clouds/cloud.h"
#include "fake_secret.h"
#include "gate.h"

namespace pgiam::test {

// What the cloud's service does: gives the secret of the day, counts, and can be held.
class FakeService {
 public:
  KeptSecretPtr secret() {
    gate_.pass();
    const std::lock_guard lock(mutex_);
    auto made = std::make_shared<FakeSecret>();
    made->id = "secret " + std::to_string(day_);
    made->expires_at = end_;
    made->provider = "fake";
    return made;
  }
  // From now on only a new secret is good.
  void revoke() {
    const std::lock_guard lock(mutex_);
    ++day_;
  }
  bool is_good(std::string_view id) {
    const std::lock_guard lock(mutex_);
    return id == "secret " + std::to_string(day_);
  }
  void end_at(Time end) {
    const std::lock_guard lock(mutex_);
    end_ = end;
  }
  void hold() { gate_.shut(); }
  void release() { gate_.open(); }
  void wait_for_callers(int count) { gate_.wait_for_waiting(count); }
  int fetches() const { return gate_.arrived(); }
  int waiting() const { return gate_.waiting(); }

 private:
  Gate gate_;
  std::mutex mutex_;
  int day_ = 1;
  std::optional<Time> end_;
};

// One source for each endpoint, or one for all where `shared`.
class FakeCloud : public Cloud {
 public:
  explicit FakeCloud(FakeService& service, bool shared = true)
      : service_(service), shared_(shared) {}

  std::optional<Target> recognise(std::string_view host, std::uint16_t port) const override {
    if (!host.ends_with(".fake")) return std::nullopt;
    return Target{"fake", "fake.db", std::string(host), port, "it ends in .fake", {}};
  }
  std::optional<Target> declare(std::string_view, std::string_view, std::uint16_t) const override {
    return std::nullopt;
  }
  Result<void> complete(Target& target, const Settings&, const Call&,
                        std::vector<Error>& warnings) const override {
    target.set_fact("shelf", "third");
    if (target.host.starts_with("odd"))
      warnings.push_back(make_finding("odd_name", "the name is odd", {"rename it"}));
    return {};
  }
  Result<SecretSource> source(const Settings&, const Target* target, const Call&) const override {
    struct Asking : Provider {
      explicit Asking(FakeService& asked) : service(asked) {}
      Result<KeptSecretPtr> load(const Call&, Trace&, Fetch&) override { return service.secret(); }
      FakeService& service;
    };
    return SecretSource{shared_ || target == nullptr ? "fake" : target->host,
                        std::make_shared<Asking>(service_)};
  }
  Result<void> login(const Settings&, const Call&) const override { return {}; }
  std::string login_command(const Settings&) const override { return "fake login"; }
  Result<PasswordMakerPtr> password_maker(const Target& target, std::string_view user,
                                          const KeptSecretPtr& secret, Time) const override {
    struct Maker : PasswordMaker {
      Maker(const KeptSecretPtr& secret, std::string made) : PasswordMaker(secret), text(made) {}
      std::optional<Password> make(Time now) const override {
        return Password{Secret(text), now, now + Seconds{900}};
      }
      const std::string text;
    };
    return std::make_shared<const Maker>(
        secret, std::string(secret->owner_id()) + " for " + std::string(user) + "@" + target.host);
  }
  bool is_password_of_ours(std::string_view text) const override {
    return text.starts_with("secret ");
  }
  std::optional<Time> end_of(std::string_view) const override { return std::nullopt; }
  std::optional<Permission> permission(const Target&, std::string_view) const override {
    return std::nullopt;
  }
  std::vector<Error> explain_refusal(const RefusedLogin&) const override { return {}; }
  std::vector<Error> warnings() const override { return {}; }
  std::span<const std::string_view> fact_keys() const override { return kKeys; }
  std::string_view owner_key() const override { return "card"; }

 private:
  static constexpr std::string_view kKeys[] = {"shelf"};
  FakeService& service_;
  const bool shared_;
};

inline std::vector<std::unique_ptr<Cloud>> fake_clouds(FakeService& service, bool shared = true) {
  std::vector<std::unique_ptr<Cloud>> clouds;
  clouds.push_back(std::make_unique<FakeCloud>(service, shared));
  return clouds;
}

}  // namespace pgiam::test
