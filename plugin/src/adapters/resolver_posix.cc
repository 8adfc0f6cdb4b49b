#include "adapters/resolver_posix.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <map>
#include <memory>

#include "base/text.h"

namespace pgiam {
namespace {

// A connect waits for this at most twice (two servers), then goes on as if there were no alias.
constexpr int kSecondsPerServer = 1;
constexpr int kMostServers = 2;
// Longer chains are loops or nobody's.
constexpr int kMostAliases = 16;

class ResolverState {
 public:
  ResolverState() : ok_(res_ninit(&state_) == 0) {}
  ResolverState(const ResolverState&) = delete;
  ResolverState& operator=(const ResolverState&) = delete;
  ~ResolverState() {
    if (ok_) res_nclose(&state_);
  }
  bool ok() const { return ok_; }
  res_state get() { return &state_; }

 private:
  struct __res_state state_ {};
  const bool ok_;
};

void limit_patience(res_state state) {
  state->retrans = kSecondsPerServer;
  state->retry = 1;
  if (state->nscount > kMostServers) state->nscount = kMostServers;
}

void ask_loopback(res_state state, std::uint16_t port) {
  state->nscount = 1;
  state->nsaddr_list[0].sin_family = AF_INET;
  state->nsaddr_list[0].sin_port = htons(port);
  state->nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

// Which name each CNAME record of an answer leads to, all in lower case.
std::map<std::string, std::string> cname_records(const unsigned char* answer, int size) {
  std::map<std::string, std::string> records;
  ns_msg message;
  if (ns_initparse(answer, size, &message) != 0) return records;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    char target[NS_MAXDNAME];
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) break;
    if (ns_rr_type(record) != ns_t_cname) continue;
    if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record), target,
                           sizeof target) < 0)
      break;
    records[to_lower(ns_rr_name(record))] = to_lower(target);
  }
  return records;
}

}  // namespace

Result<std::vector<std::string>> PosixResolver::aliases(const std::string& host) const {
  ResolverState state;
  if (!state.ok()) return make_error(Status::kNetwork, "the resolver's settings cannot be read");
  limit_patience(state.get());
  if (port_ != 0) ask_loopback(state.get(), port_);

  // An address query brings the whole chain of aliases along.
  std::vector<unsigned char> answer(NS_MAXMSG);
  const int size = res_nquery(state.get(), host.c_str(), ns_c_in, ns_t_a, answer.data(),
                              static_cast<int>(answer.size()));
  const int reason = state.get()->res_h_errno;
  if (size < 0 && (reason == HOST_NOT_FOUND || reason == NO_DATA))
    return std::vector<std::string>();
  if (size < 0) return make_error(Status::kNetwork, "DNS did not answer for " + host);

  const auto records = cname_records(answer.data(), size);
  std::vector<std::string> names;
  auto next = records.find(to_lower(host));
  while (next != records.end() && names.size() < kMostAliases) {
    names.push_back(next->second);
    next = records.find(next->second);
  }
  return names;
}

}  // namespace pgiam
