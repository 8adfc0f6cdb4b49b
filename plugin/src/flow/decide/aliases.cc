#include "flow/decide/aliases.h"

#include "base/state_lock.h"

namespace pgiam {
namespace {

constexpr Milliseconds kLife{60'000};
constexpr Milliseconds kLifeOfFailure{5'000};  // saves a program that connects often the waiting
constexpr std::size_t kMostNames = 256;

}  // namespace

bool Aliases::worth_asking(std::string_view host) {
  const auto dot = host.rfind('.');
  if (dot == std::string_view::npos || host.find(':') != std::string_view::npos) return false;
  const std::string_view last = host.substr(dot + 1);
  const bool is_address = !last.empty() && last.find_first_not_of("0123456789") == last.npos;
  return !is_address && last != "localhost" && last != "local";
}

std::vector<std::string> Aliases::of(const std::string& host, const Call& call) const {
  const Milliseconds now = world_.clock.uptime();
  {
    const StateLock lock;
    const auto found = known_.find(host);
    if (found != known_.end() && now < found->second.good_until) return found->second.names;
  }
  auto names = world_.resolver.aliases(host, call);
  if (!names) world_.log.write(LogLevel::kWarn, "dns", names.error().message);
  const bool learnt = names || !is_interruption(names.error());
  const StateLock lock;
  if (known_.size() >= kMostNames) known_.clear();
  Known& known = known_[host];
  if (!learnt) return known.names;  // the next caller may have more time
  known.good_until = world_.clock.uptime() + (names ? kLife : kLifeOfFailure);
  if (names) known.names = std::move(*names);
  return known.names;
}

}  // namespace pgiam
