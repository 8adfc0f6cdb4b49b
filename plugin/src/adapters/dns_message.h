// DNS messages (RFC 1035, section 4), as far as asking for an address and reading who is whose alias
// takes. Not the resolver library's: it waits as long as it likes, and is not everywhere the same.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pgiam::dns {

bool is_name(std::string_view text);
// A query for the IPv4 address of `name`; nothing where that is no name. `edns` says that a longer
// answer than 512 bytes may come (RFC 6891).
std::optional<std::string> address_query(std::string_view name, std::uint16_t id, bool edns);

enum class Rcode { kNoError = 0, kFormatError = 1, kServerFailure = 2, kNoSuchName = 3 };

// The server could not tell whether there is such a name.
inline bool is_failure(Rcode rcode) {
  return rcode != Rcode::kNoError && rcode != Rcode::kNoSuchName;
}

struct Answer {
  Rcode rcode = Rcode::kNoError;  // others as their number
  bool is_truncated = false;
  bool has_address = false;
  bool is_empty = true;                       // no records at all
  std::map<std::string, std::string> cnames;  // from owner to target, in lower case
};

// As far as the answer is well-formed; nothing where it does not answer this query.
std::optional<Answer> parse_answer(std::string_view message, std::string_view query);

}  // namespace pgiam::dns
