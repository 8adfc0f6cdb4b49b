// Which host of a list a client's message is about: for clients that do not know its number, but pass
// on what libpq says, in any of its versions and languages.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "flow/attempt/host_list.h"

namespace pgiam {

// The one that ended it. libpq names each host that it tried, in the order in which it did, by name or
// address and port; but for what a server itself says before PostgreSQL 14. Nothing where the message
// does not tell.
std::optional<std::size_t> host_in_message(const std::vector<HostEntry>& hosts,
                                           std::string_view message);

}  // namespace pgiam
