// The server as the network shows it: addresses, ports, and what answers there.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace pgiam::cli::doctor {

using Deadline = std::chrono::steady_clock::time_point;

// What is left, for poll(2); 0 when it is over.
int milliseconds_left(Deadline deadline);

struct Address {
  sockaddr_storage bytes = {};
  socklen_t size = 0;
  std::string text = {};     // "10.0.0.7"
  std::string outcome = {};  // of the try to connect: "accepts connections"
  int error = 0;             // errno of it, ETIMEDOUT also where there was no answer
};

bool is_loopback(const Address& address);
// Of a network that is reached from inside only (RFC 1918, RFC 4193).
bool is_private(const Address& address);

struct Lookup {
  std::vector<Address> addresses = {};
  std::string canonical_name = {};
  int error = 0;  // EAI_…; kLookupTimedOut
};
constexpr int kLookupTimedOut = 1;
// The look-up that did not end in time goes on in a thread that nobody waits for.
Lookup look_up(const std::string& host, const std::string& port, Deadline deadline);

class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept { return std::swap(fd_, other.fd_), *this; }
  ~Socket();
  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Fills in the address's outcome; a socket that is not open where there is no connection.
Socket connect(Address& address, Deadline deadline);

// What stands at the other end, told by its answer to the request for TLS that every client of
// PostgreSQL begins with (PostgreSQL manual, "SSL Session Encryption").
enum class Peer { kTls, kNoTls, kError, kHttp, kMysql, kBareTls, kOther, kClosed, kSilent };
Peer ask_for_tls(const Socket& socket, Deadline deadline);

}  // namespace pgiam::cli::doctor
