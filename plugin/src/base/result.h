// A value or the Error that stands in its place. Exceptions are left for bugs and memory.
#pragma once

#include <boost/system/result.hpp>

#include "base/error.h"

namespace pgiam {

// Reached only by reading the value of a failed result, which is a bug: abi/guard.h stops it.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

template <typename T>
using Result = boost::system::result<T, Error>;

}  // namespace pgiam
