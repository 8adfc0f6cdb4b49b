// pgiam.conf.
#include "flow/decide/rules.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = pgiam::parse_rule_file(text_of(data, size), "f");
  if (!file) {
    FUZZ_ASSERT(file.error().message.starts_with("f:"));
    return 0;
  }
  pgiam::Request request;
  request.host = "localhost";
  request.user = "app";
  static_cast<void>(file->find(request));
  for (const auto& rule : file->rules) FUZZ_ASSERT(!rule.name.empty());
  return 0;
}
