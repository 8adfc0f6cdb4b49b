// Times as files and services write them.
#include "base/time.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto time = pgiam::parse_rfc3339(text_of(data, size));
  if (!time) return 0;
  const auto seconds = std::chrono::floor<pgiam::Seconds>(*time);
  if (pgiam::utc_fields(*time).year <= 9999 && pgiam::utc_fields(*time).year >= 0)
    FUZZ_ASSERT(pgiam::parse_rfc3339(pgiam::rfc3339(*time)) == seconds);
  return 0;
}
