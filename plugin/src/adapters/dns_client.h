// Asking name servers, no longer than a call lasts.
#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

#include "adapters/dns_message.h"
#include "adapters/waiter.h"
#include "base/result.h"

namespace pgiam::dns {

struct Server {
  sockaddr_storage address{};
  socklen_t size = 0;
};

// What resolv.conf says of them.
struct ServerSettings {
  std::vector<Server> servers;  // in the order in which they are asked
  bool edns = false;
  bool only_tcp = false;
};

// One name after another, of one thread.
class Client {
 public:
  Client(const Clock& clock, const Call& call, const ServerSettings& settings)
      : clock_(clock), call_(call), settings_(settings), waiter_(clock, call) {}

  // What the first server says that can tell; else a failure that one answered with. kNetwork where
  // none answered, kTimeout, kCancelled.
  Result<Answer> ask(const std::string& name);

 private:
  enum class End { kAnswer, kNone, kCallOver };

  End ask_server(const Server& server, const std::string& name, bool edns);
  End ask_over_udp(const Server& server, const std::string& query);
  End ask_over_tcp(const Server& server, const std::string& query);
  End exchange(int socket, const std::string& query, std::string& received, Milliseconds until);
  End wait(int socket, short events, Milliseconds until);
  Error call_over(const std::string& name) const;

  const Clock& clock_;
  const Call& call_;
  const ServerSettings& settings_;
  Waiter waiter_;
  Answer answer_;
};

}  // namespace pgiam::dns
