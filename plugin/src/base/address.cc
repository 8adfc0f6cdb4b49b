#include "base/address.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>
#include <optional>
#include <string>

namespace pgiam {
namespace {

// IPv4 is kept mapped into IPv6 (RFC 4291, section 2.5.5.2), so there is one form to look at.
using Bytes = std::array<unsigned char, 16>;
constexpr std::size_t kMapped = 12;

std::optional<Bytes> parse(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  Bytes bytes{};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  bytes[10] = bytes[11] = 0xff;
  if (inet_pton(AF_INET, text.c_str(), bytes.data() + kMapped) == 1) return bytes;
  return std::nullopt;
}

bool is_mapped(const Bytes& bytes) {
  constexpr unsigned char kPrefix[kMapped] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(bytes.data(), kPrefix, kMapped) == 0;
}

}  // namespace

bool is_numeric_address(std::string_view address) { return parse(address).has_value(); }

bool is_loopback(std::string_view address) {
  const auto bytes = parse(address);
  if (!bytes) return false;
  if (is_mapped(*bytes)) return (*bytes)[12] == 127;
  constexpr Bytes kLoopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return *bytes == kLoopback;
}

bool is_link_local(std::string_view address) {
  const auto bytes = parse(address);
  if (!bytes) return false;
  if (is_mapped(*bytes)) return (*bytes)[12] == 169 && (*bytes)[13] == 254;
  return (*bytes)[0] == 0xfe && ((*bytes)[1] & 0xc0) == 0x80;
}

bool same_address(std::string_view a, std::string_view b) {
  const auto first = parse(a), second = parse(b);
  return first && first == second;
}

}  // namespace pgiam
