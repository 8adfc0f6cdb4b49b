#include "adapters/address_lookup.h"

#include <netdb.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <system_error>
#include <thread>

#include "adapters/waiter.h"
#include "base/address.h"
#include "base/descriptor.h"
#include "base/signals.h"

namespace pgiam {
namespace {

// Of the caller and of the thread, whichever lives longer.
struct LookUp {
  explicit LookUp(std::string name) : host(std::move(name)) {}

  const std::string host;
  const Descriptor done{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};  // readable once it is
  std::vector<std::string> addresses;
  int error = 0;
  std::atomic<bool> is_over{false};  // after that nobody writes to the others
};

void look_up(LookUp& one) noexcept {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  try {
    one.error = getaddrinfo(one.host.c_str(), nullptr, &hints, &found);
    for (const addrinfo* entry = found; one.error == 0 && entry; entry = entry->ai_next) {
      char text[NI_MAXHOST];
      if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0,
                      NI_NUMERICHOST) == 0)
        one.addresses.emplace_back(text);
    }
  } catch (...) {
    one.error = EAI_MEMORY;
  }
  if (found) freeaddrinfo(found);
  one.is_over.store(true, std::memory_order_release);
  eventfd_write(one.done.get(), 1);
}

Error too_late(const std::string& host) {
  Error error = make_error(Status::kTimeout, "the addresses of " + host + " did not come in time",
                           "raise the option timeout_ms, or give hostaddr");
  error.retryable = true;
  return error;
}

}  // namespace

Result<std::vector<std::string>> look_up_addresses(const std::string& host, const Clock& clock,
                                                   const Call& call) {
  if (is_numeric_address(host)) return std::vector<std::string>{host};
  const auto one = std::make_shared<LookUp>(host);
  if (!one->done.is_open())
    return make_error(Status::kNetwork, "no descriptor is left to look " + host + " up with");
  try {
    const SignalsBlocked blocked;
    std::thread([one] { look_up(*one); }).detach();
  } catch (const std::system_error&) {
    look_up(*one);  // no thread is to be had: then it takes what it takes
  }
  Waiter waiter(clock, call);
  pollfd event{one->done.get(), POLLIN, 0};
  const auto end = waiter.wait({&event, 1});
  if (end == Waiter::End::kCancelled)
    return make_error(Status::kCancelled, "cancelled while looking " + host + " up");
  if (end != Waiter::End::kReady || !one->is_over.load(std::memory_order_acquire))
    return too_late(host);
  if (one->error != 0 || one->addresses.empty())
    return make_error(Status::kNetwork,
                      "the host name " + host + " has no address: " + gai_strerror(one->error),
                      "check the name, and the name server");
  return std::move(one->addresses);
}

}  // namespace pgiam
