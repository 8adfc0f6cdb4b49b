// The command and its library.
#pragma once

#include <boost/json/object.hpp>

namespace pgiam::cli {

// Versions, and what the library can do: what `pgiam version --json` prints.
boost::json::object about();

}  // namespace pgiam::cli
