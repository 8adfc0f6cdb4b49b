// ~/.aws/config and ~/.aws/credentials.
#include "clouds/aws/profile_file.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgiam::aws;
  for (ProfileFileKind kind : {ProfileFileKind::kConfig, ProfileFileKind::kCredentials}) {
    const auto file = parse_profile_file(text_of(data, size), kind, "f");
    if (!file) {
      FUZZ_ASSERT(file.error().message.starts_with("f:"));
      continue;
    }
    for (const auto& [name, section] : file->profiles)
      for (const auto& [key, property] : section)
        FUZZ_ASSERT(!key.empty() && property.where.starts_with("f:"));
  }
  return 0;
}
