// Boost.JSON, compiled into the command here: no library of its own at run time.
#include <boost/json/src.hpp>
