// Where a connection goes, if not to the host that the user wrote: who may say so, and who may not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "flow/request.h"
#include "ports/world.h"

namespace pgiam {

// Who says which endpoint a host is.
enum class SaidBy {
  kName,  // its own name
  kUser,  // signing_host, by a rule or as an option
  kDns,   // a CNAME of whoever's zone
};

struct Dial {
  SaidBy said_by = SaidBy::kName;
  std::string host;      // the endpoint's own name, which is dialled and verified; "": as written
  std::string hostaddr;  // the addresses to dial it at, with commas; "": its own

  bool is_elsewhere() const { return !host.empty(); }
};

// An endpoint that a host stands for.
struct Endpoint {
  SaidBy said_by = SaidBy::kName;
  std::string name;
  std::string rule_file;  // where the user may say so
};

// A name that only DNS leads to is dialled by itself, so that its own zone resolves it, and never
// under verify-full: anybody can point a name at an endpoint, and rent one with a good certificate.
// What the user says stands for the name that is verified, at the addresses of the name that they
// wrote. Looks these up where `may_resolve`. `sslmode`: what is set over the user's own, or "".
Result<Dial> choose_dial(const World& world, const Request& request, std::string_view sslmode,
                         const Endpoint& endpoint, const Call& call, bool may_resolve);

// Whether the name that TLS verifies is, or can be made, the endpoint's own. Where DNS alone leads to
// it, that is for choose_dial() to refuse.
bool can_dial_by_its_name(const Request& request, const Endpoint& endpoint);

// Why a client that cannot be told to dial it gets no password.
Error cannot_dial(const Request& request, const Dial& dial, const std::string& rule_file);

// What to know of a connection that goes where DNS alone says.
Error warning_of_alias(const Request& request, const Endpoint& endpoint);
// And of one whose server is verified, but not by the endpoint's name, since the client cannot be told.
Error warning_of_name(const Request& request, const Endpoint& endpoint);

}  // namespace pgiam
