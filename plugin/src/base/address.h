// Numeric IP addresses: which of them stay on this machine or this link.
#pragma once

#include <string_view>

namespace pgiam {

// All take "127.0.0.1", "::1" or "fe80::1%eth0", without brackets; false for a name.
bool is_numeric_address(std::string_view address);
// 127.0.0.0/8 and ::1, also mapped into IPv6.
bool is_loopback(std::string_view address);
// 169.254.0.0/16 and fe80::/10.
bool is_link_local(std::string_view address);
// The same address, however it is written.
bool same_address(std::string_view a, std::string_view b);

}  // namespace pgiam
