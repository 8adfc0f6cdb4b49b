// A load, led by one caller for all who wait for it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "flow/fetch/fetcher.h"

namespace pgiam {

// Made before the caller joins: the leader completes the flight whatever happens, so that nobody waits
// for ever. Source and world live as long.
class Fetcher::Load : public Fetch {
 public:
  enum class Reason { kWanted, kRefresh, kRenewal };
  Load(Fetcher& fetcher, const SecretSource& source, const World& world, Call call,
       Reason reason = Reason::kWanted)
      : fetcher_(fetcher), source_(source), world_(world), call_(std::move(call)), reason_(reason) {}
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  // After an exception, or because nobody wants it any more: one of those who wait leads next.
  ~Load() override;

  void lead(std::shared_ptr<Flight> flight, std::string replaces) noexcept;
  // Completes the flight and keeps the outcome. Nothing: see Call::waits_for.
  std::optional<Result<KeptSecretPtr>> run(Trace& trace);
  // Moves while a person is asked: that time does not count.
  void set_deadline(Milliseconds deadline) { call_.deadline = deadline; }
  // For nobody else.
  Result<KeptSecretPtr> run_alone(Trace& trace);

  // A secret that this source rests on. Where the service that is asked with it refuses it, that is
  // remembered for this source, as a server's refusal is for a user.
  Result<KeptSecretPtr> get(const SecretSource& source, const Call& call, Trace& trace) override;

 private:
  struct Base {
    SecretSource source;
    Call call;
    std::optional<SecretSearch> search;  // under way
    KeptSecretPtr given;           // the last one
  };
  void accept();
  template <typename Keep>
  void finish(std::optional<Result<KeptSecretPtr>> outcome, const Keep& keep);

  Fetcher& fetcher_;
  const SecretSource& source_;
  const World& world_;
  Call call_;
  const Reason reason_;
  std::shared_ptr<Flight> flight_;
  std::map<std::string, Base> bases_;
};

}  // namespace pgiam
