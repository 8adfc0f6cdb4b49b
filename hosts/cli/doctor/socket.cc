#include "socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

namespace pgiam::cli::doctor {
namespace {

std::string numeric(const addrinfo& found) {
  char text[INET6_ADDRSTRLEN + 16];
  if (getnameinfo(found.ai_addr, found.ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST))
    return "?";
  return text;
}

Lookup look_up_blocking(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_CANONNAME;
  addrinfo* list = nullptr;
  Lookup lookup;
  lookup.error = getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  if (lookup.error != 0) return lookup;
  if (list->ai_canonname) lookup.canonical_name = list->ai_canonname;
  for (const addrinfo* found = list; found; found = found->ai_next) {
    Address address;
    std::memcpy(&address.bytes, found->ai_addr, found->ai_addrlen);
    address.size = found->ai_addrlen;
    address.text = numeric(*found);
    lookup.addresses.push_back(std::move(address));
  }
  freeaddrinfo(list);
  return lookup;
}

// 0: something happened. Otherwise ETIMEDOUT.
int wait_for(int fd, short events, Deadline deadline) {
  for (;;) {
    pollfd waiting{fd, events, 0};
    const int ready = poll(&waiting, 1, milliseconds_left(deadline));
    if (ready > 0) return 0;
    if (ready == 0) return ETIMEDOUT;
    if (errno != EINTR) return errno;
  }
}

int finish_connecting(int fd, Deadline deadline) {
  if (const int error = wait_for(fd, POLLOUT, deadline)) return error;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

Peer recognise(std::string_view answer) {
  if (answer[0] == 'S') return answer.starts_with("SSH-") ? Peer::kOther : Peer::kTls;
  if (answer[0] == 'N') return Peer::kNoTls;
  if (answer[0] == 'E') return Peer::kError;
  if (answer.starts_with("HTTP/") || answer.starts_with('<')) return Peer::kHttp;
  if (answer[0] == '\x15') return Peer::kBareTls;  // an alert
  // A server's greeting: three bytes of length, a number, protocol version 10.
  if (answer.size() > 4 && answer[3] == '\0' && answer[4] == '\x0a') return Peer::kMysql;
  return Peer::kOther;
}

}  // namespace

int milliseconds_left(Deadline deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, 86'400'000));
}

bool is_loopback(const Address& address) {
  return address.text.starts_with("127.") || address.text == "::1";
}

bool is_private(const Address& address) {
  const auto begins = [&](const char* prefix) { return address.text.starts_with(prefix); };
  const bool of_172 = begins("172.") && std::atoi(address.text.c_str() + 4) / 16 == 1;
  return begins("10.") || begins("192.168.") || of_172 || begins("fc") || begins("fd");
}

Lookup look_up(const std::string& host, const std::string& port, Deadline deadline) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    bool is_done = false;
    Lookup lookup;
  };
  const auto shared = std::make_shared<Shared>();
  std::thread([shared, host, port] {
    Lookup lookup = look_up_blocking(host, port);
    const std::lock_guard lock(shared->mutex);
    shared->lookup = std::move(lookup);
    shared->is_done = true;
    shared->done.notify_one();
  }).detach();
  std::unique_lock lock(shared->mutex);
  if (!shared->done.wait_until(lock, deadline, [&] { return shared->is_done; }))
    return {.error = kLookupTimedOut};
  return shared->lookup;
}

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

Socket connect(Address& address, Deadline deadline) {
  Socket socket(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  int error = socket.is_open() ? 0 : errno;
  if (!error &&
      ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size) != 0)
    error = errno == EINPROGRESS ? finish_connecting(socket.fd(), deadline) : errno;
  address.error = error;
  address.outcome = error == 0              ? "accepts connections"
                    : error == ECONNREFUSED ? "refuses connections"
                    : error == ETIMEDOUT    ? "does not answer"
                                            : std::strerror(error);
  return error == 0 ? std::move(socket) : Socket();
}

Peer ask_for_tls(const Socket& socket, Deadline deadline) {
  constexpr unsigned char kRequest[] = {0, 0, 0, 8, 4, 210, 22, 47};
  if (send(socket.fd(), kRequest, sizeof kRequest, MSG_NOSIGNAL) != sizeof kRequest)
    return Peer::kClosed;
  const auto now = std::chrono::steady_clock::now();
  if (wait_for(socket.fd(), POLLIN, now + (deadline - now) / 2) != 0) {
    shutdown(socket.fd(), SHUT_WR);  // who waits for the end of a line does not wait any more
    if (wait_for(socket.fd(), POLLIN, deadline) != 0) return Peer::kSilent;
  }
  char answer[64];
  const ssize_t size = recv(socket.fd(), answer, sizeof answer, 0);
  return size > 0 ? recognise({answer, static_cast<std::size_t>(size)}) : Peer::kClosed;
}

}  // namespace pgiam::cli::doctor
