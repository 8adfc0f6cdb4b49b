// URLs of endpoints and credential services: what is accepted has a host, and is written as read.
#include "base/url.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgiam;
  const auto url = parse_url(text_of(data, size));
  if (!url) return 0;
  FUZZ_ASSERT(url->scheme == "http" || url->scheme == "https");
  FUZZ_ASSERT(!url->host.empty() && url->port != 0);
  FUZZ_ASSERT(url->host.find_first_of("/?#@ ") == std::string::npos);
  const std::string text = url->text();
  FUZZ_ASSERT(text.find_first_of(" \r\n") == std::string::npos);
  const auto again = parse_url(text);
  FUZZ_ASSERT(again && again->text() == text && again->host == url->host);
  return 0;
}
