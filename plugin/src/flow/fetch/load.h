// A load, led by one caller for all who wait for it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "flow/fetch/fetcher.h"

namespace pgiam {

// Made before the caller joins: who leads lands the flight whatever happens, so that nobody waits for
// ever. Source and world live as long.
class Fetcher::Load : public Fetch {
 public:
  enum class Reason { kWanted, kRefresh, kRenewal };
  Load(Fetcher& fetcher, const SecretSource& source, const World& world, Call call,
       Reason reason = Reason::kWanted)
      : fetcher_(fetcher), source_(source), world_(world), call_(std::move(call)), reason_(reason) {}
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  // By an exception, or because nobody wants it any more: those who wait take their turn.
  ~Load() override;

  void lead(std::shared_ptr<Flight> flight, std::string replaces) noexcept;
  // Lands the flight and keeps the outcome. Nothing: see Call::waits_for.
  std::optional<Result<KeptSecretPtr>> run(Trace& trace);
  // A person's time is not its own.
  void set_deadline(Milliseconds deadline) { call_.deadline = deadline; }
  // For nobody else.
  Result<KeptSecretPtr> run_alone(Trace& trace);

  // What the source rests on: its user there, as it were, who is refused or let in by the service that
  // is asked, is this source.
  Result<KeptSecretPtr> get(const SecretSource& source, const Call& call, Trace& trace) override;

 private:
  struct Base {
    SecretSource source;
    Call call;
    std::optional<SecretSearch> search;  // under way
    KeptSecretPtr given;           // last
  };
  void accept();
  template <typename Keep>
  void land(std::optional<Result<KeptSecretPtr>> outcome, const Keep& keep);

  Fetcher& fetcher_;
  const SecretSource& source_;
  const World& world_;
  Call call_;
  const Reason reason_;
  std::shared_ptr<Flight> flight_;
  std::map<std::string, Base> bases_;
};

}  // namespace pgiam
