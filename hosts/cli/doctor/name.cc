#include "name.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "../report.h"

namespace pgiam::cli::doctor {
namespace {

constexpr int kMostBytes = 4096;

void read_aliases(const unsigned char* answer, int size, NameFault& fault) {
  ns_msg message;
  if (ns_initparse(answer, size, &message) != 0) return;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) return;
    if (ns_rr_type(record) != ns_t_cname) continue;
    char name[NS_MAXDNAME];
    if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record), name,
                           sizeof name) >= 0)
      fault.aliases.emplace_back(name);
  }
}

NameFault::Kind kind_of(int rcode) {
  if (rcode == ns_r_nxdomain) return NameFault::Kind::kUnknown;
  return rcode == ns_r_noerror ? NameFault::Kind::kNoAddress : NameFault::Kind::kServerFailed;
}

Verdict verdict_on_alias(const std::string& name, const std::string& target) {
  return {"name_dangling",
          "the name " + name + " is an alias of " + target +
              ", which is gone: it was deleted or renamed",
          {"let the alias lead to an endpoint that is there", "getent ahosts " + target},
          kExitNetwork};
}

// Asks the servers in turn for an address. The size of what one said, or -1; its header may be there even then.
int ask(const char* name, [[maybe_unused]] Deadline deadline, unsigned char* answer) {
  unsigned char query[512];
#ifdef __GLIBC__
  struct __res_state state;
  std::memset(&state, 0, sizeof state);
  if (res_ninit(&state) != 0) return -1;
  state.retrans = 1;
  state.retry = milliseconds_left(deadline) > 3000 ? 2 : 1;
  const int length = res_nmkquery(&state, ns_o_query, name, ns_c_in, ns_t_a, nullptr, 0, nullptr,
                                  query, sizeof query);
  const int size = length > 0 ? res_nsend(&state, query, length, answer, kMostBytes) : -1;
  res_nclose(&state);
  return size;
#else  // musl's has no state of its own to be set: it waits for as long as resolv.conf says, 5 seconds by default
  const int length =
      res_mkquery(ns_o_query, name, ns_c_in, ns_t_a, nullptr, 0, nullptr, query, sizeof query);
  return length > 0 ? res_send(query, length, answer, kMostBytes) : -1;
#endif
}

}  // namespace

NameFault ask_name_servers(const std::string& name, Deadline deadline) {
  NameFault fault;
  unsigned char answer[kMostBytes];
  std::memset(answer, 0, sizeof answer);
  const int size = ask(name.c_str(), deadline, answer);
  HEADER header;
  std::memcpy(&header, answer, sizeof header);
  const bool has_answer = size >= static_cast<int>(sizeof header) || header.qr;
  fault.kind = has_answer ? kind_of(header.rcode) : NameFault::Kind::kSilent;
  if (size > 0) read_aliases(answer, std::min(size, kMostBytes), fault);
  return fault;
}

Verdict verdict_on_name(const std::string& name, const NameFault& fault) {
  switch (fault.kind) {
    case NameFault::Kind::kServerFailed:
      return {"name_server_failed",
              "the name server failed when asked for " + name + " (SERVFAIL): the name may be good",
              {"see this machine's name servers: /etc/resolv.conf, VPN", "try again later"},
              kExitNetwork};
    case NameFault::Kind::kSilent:
      return {"name_timed_out",
              "the name servers do not answer for " + name,
              {"see this machine's name servers: /etc/resolv.conf, VPN"},
              kExitNetwork};
    case NameFault::Kind::kNoAddress:
      return {"name_without_address",
              "the name " + name + " is known, but has no address",
              {"see what the name is meant to lead to: getent ahosts " + name},
              kExitNetwork};
    case NameFault::Kind::kUnknown:
      if (!fault.aliases.empty()) return verdict_on_alias(name, fault.aliases.back());
      break;
    case NameFault::Kind::kNotTold:
      break;
  }
  return {"name_unknown",
          "the name " + name + " is not known: there is no such host",
          {"see the spelling; a deleted or renamed instance has no name any more",
           "getent ahosts " + name},
          kExitNetwork};
}

}  // namespace pgiam::cli::doctor
