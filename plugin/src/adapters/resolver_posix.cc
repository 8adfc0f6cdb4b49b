#include "adapters/resolver_posix.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <map>

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
  state->options |= RES_IGNTC;  // a longer answer would come over TCP, where there is no time limit
}

void ask_loopback(res_state state, std::uint16_t port) {
  state->nscount = 1;
  state->nsaddr_list[0].sin_family = AF_INET;
  state->nsaddr_list[0].sin_port = htons(port);
  state->nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

// What an answer says of aliases, all in lower case.
struct Cnames {
  std::string asked;  // the whole name, where it was looked for in the domains of the search list
  std::map<std::string, std::string> records;
};

// An answer, record by record (RFC 1035, section 4). Not ns_initparse and its kind: they live in
// libresolv, and all else that is needed in libc.
class Answer {
 public:
  Answer(const unsigned char* bytes, std::size_t size) : begin_(bytes), end_(bytes + size) {}

  // As far as the answer is well-formed.
  Cnames cnames() {
    Cnames cnames;
    if (left() < NS_HFIXEDSZ) return cnames;
    at_ = begin_ + 4;
    const unsigned questions = read16(), answers = read16();
    at_ = begin_ + NS_HFIXEDSZ;
    for (unsigned i = 0; i < questions; ++i)
      if (!read_name(&cnames.asked) || !skip(NS_QFIXEDSZ)) return cnames;
    for (unsigned i = 0; i < answers; ++i) {
      std::string owner, target;
      if (!read_name(&owner) || left() < NS_RRFIXEDSZ) return cnames;
      const unsigned type = read16();
      at_ += 6;  // class and time to live
      const unsigned size = read16();
      if (left() < size) return cnames;
      const unsigned char* next = at_ + size;
      if (type == ns_t_cname && read_name(&target)) cnames.records[owner] = target;
      at_ = next;
    }
    return cnames;
  }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  bool skip(std::size_t count) {
    if (left() < count) return false;
    at_ += count;
    return true;
  }
  unsigned read16() {
    const unsigned value = static_cast<unsigned>(at_[0] << 8 | at_[1]);
    at_ += 2;
    return value;
  }
  bool read_name(std::string* name) {
    char text[NS_MAXDNAME];
    const int length = dn_expand(begin_, end_, at_, text, sizeof text);
    if (length < 0) return false;
    at_ += length;
    *name = to_lower(text);
    return true;
  }

  const unsigned char* const begin_;
  const unsigned char* const end_;
  const unsigned char* at_ = begin_;
};

}  // namespace

Result<std::vector<std::string>> PosixResolver::aliases(const std::string& host) const {
  ResolverState state;
  if (!state.ok()) return make_error(Status::kNetwork, "the resolver's settings cannot be read");
  limit_patience(state.get());
  if (port_ != 0) ask_loopback(state.get(), port_);

  // An address query brings the whole chain of aliases along.
  std::vector<unsigned char> answer(NS_MAXMSG);
  const int size = res_nsearch(state.get(), host.c_str(), ns_c_in, ns_t_a, answer.data(),
                              static_cast<int>(answer.size()));
  const int reason = state.get()->res_h_errno;
  if (size < 0 && (reason == HOST_NOT_FOUND || reason == NO_DATA))
    return std::vector<std::string>();
  if (size < 0) return make_error(Status::kNetwork, "DNS did not answer for " + host);

  // The size that was needed may be larger than what was given.
  const auto received = std::min(static_cast<std::size_t>(size), answer.size());
  const auto [asked, records] = Answer(answer.data(), received).cnames();
  std::vector<std::string> names;
  auto next = records.find(asked);
  while (next != records.end() && names.size() < kMostAliases) {
    names.push_back(next->second);
    next = records.find(next->second);
  }
  return names;
}

}  // namespace pgiam
