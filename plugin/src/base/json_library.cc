// Boost.JSON, compiled into the library here and nowhere else. Numbers with a fraction are rare in what
// it writes, and may take their time: its table of powers is 10 KB.
#define BOOST_JSON_RYU_OPTIMIZE_SIZE
#include <boost/json/src.hpp>
