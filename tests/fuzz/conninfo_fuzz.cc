// Connection strings: what libpq's PQconninfoParse takes, we take, with the same values; what it
// refuses, we refuse.
#include "conninfo_libpq.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = text_of(data, size);
  const std::string text(input.substr(0, input.find('\0')));
  FUZZ_ASSERT(pgiam::conninfo_test::difference_to_libpq(text).empty());
  return 0;
}
