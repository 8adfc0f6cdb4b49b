#include "flow/fetch/load.h"

#include <algorithm>
#include <new>
#include <utility>

namespace pgiam {

Fetcher::Load::~Load() {
  if (flight_) finish(std::nullopt, [](Entry&, const Flight&, auto&) {});
}

void Fetcher::Load::lead(std::shared_ptr<Flight> flight, std::string replaces) noexcept {
  flight_ = std::move(flight);
  call_.replaces = std::move(replaces);
}

// `keep` is told the entry, if it is still there, the flight and the outcome.
template <typename Keep>
void Fetcher::Load::finish(std::optional<Result<KeptSecretPtr>> outcome, const Keep& keep) {
  const auto flight = std::exchange(flight_, nullptr);
  KeptSecretPtr replaced;  // wiped after the lock is released
  Awaited::Sleepers sleepers;
  {
    const StateLock lock;
    Entry* const entry = fetcher_.entries_.find(source_.key);
    bool current = false;
    if (entry != nullptr)
      for (auto& slot : entry->flights)
        if (slot == flight) current = true, slot = nullptr;
    if (current) {
      replaced = entry->secret;
      try {
        keep(*entry, *flight, outcome);
      } catch (const std::bad_alloc&) {  // a failure, which is then not remembered
      }
    }
    flight->outcome = std::move(outcome);
    sleepers = flight->complete();
  }
  for (const auto& sleeper : sleepers) sleeper->wake();
}

std::optional<Result<KeptSecretPtr>> Fetcher::Load::run(Trace& trace) {
  const bool renewing = reason_ == Reason::kRenewal;
  const auto traced = static_cast<Trace::difference_type>(trace.size());
  if (call_.waits_for != nullptr) call_.waits_for->reset();
  auto loaded = source_.provider->load(call_, trace, *this);
  if (!loaded && call_.waits_for != nullptr && *call_.waits_for) {
    trace.erase(trace.begin() + traced, trace.end());
    return std::nullopt;
  }
  if (loaded) accept();
  bool to_be_renewed = false;
  finish(loaded, [&](Entry& entry, const Flight& flight, auto& outcome) {
    if (loaded) {
      entry.keep(*loaded, flight, world_, call_, renewing);
    } else {
      Error told = loaded.error();
      const Milliseconds pause = entry.keep(told, flight, world_, call_);
      told.retry_after_ms = std::max<std::int64_t>(told.retry_after_ms, pause.count());
      loaded = told;
      outcome = std::move(told);
    }
    to_be_renewed = entry.is_renewable();
  });
  if (to_be_renewed && fetcher_.in_background_ && !renewing) {
    stop_when_the_process_ends();
    fetcher_.renewer_.wake();
  }
  return loaded;
}

Result<KeptSecretPtr> Fetcher::Load::run_alone(Trace& trace) {
  return source_.provider->load(call_, trace, *this);
}

Result<KeptSecretPtr> Fetcher::Load::get(const SecretSource& source, const Call& call,
                                         Trace& trace) {
  // What it finds says nothing about those that may use the network.
  if (call.offline) return source.provider->load(call, trace, *this);
  Base& base = bases_[source.key];
  if (!base.search) {
    const bool refresh = reason_ == Reason::kRefresh && !base.given;
    if (base.given && base.given->owner_id() == call.replaces)
      fetcher_.refused(source.key, base.given, source_.key, world_.clock.uptime());
    base.source = source;
    base.call = call;
    base.call.replaces.clear();
    base.search.emplace(fetcher_, Wanted{base.source, world_, base.call, refresh, source_.key});
  }
  base.call.deadline = call.deadline;
  for (;;) {
    auto found = base.search->advance(trace);
    if (!found && call.waits_for != nullptr) return make_error(Status::kWouldBlock, "");
    if (!found) {
      base.search->wait();
      continue;
    }
    base.search.reset();
    if (!*found) return found->error();
    return base.given = std::move((*found)->secret);
  }
}

// The source took the secrets that it rests on, so the services that were asked with them did.
void Fetcher::Load::accept() {
  for (const auto& [key, base] : bases_)
    if (base.given) fetcher_.accepted(key, source_.key);
}

}  // namespace pgiam
