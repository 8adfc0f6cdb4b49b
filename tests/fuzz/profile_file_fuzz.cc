// ~/.aws/config and ~/.aws/credentials.
#include "clouds/aws/profile_file.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgiam::aws;
  for (ProfileFileKind kind : {ProfileFileKind::kConfig, ProfileFileKind::kCredentials}) {
    const ProfileFile file = parse_profile_file(text_of(data, size), kind, "f");
    for (const auto& [name, section] : file.profiles)
      for (const auto& [key, property] : section)
        FUZZ_ASSERT(!key.empty() && property.where.starts_with("f:"));
    for (const auto& [name, line] : file.malformed)
      FUZZ_ASSERT(file.profiles.contains(name) && line.where.starts_with("f:"));
    for (const SkippedLine& line : file.skipped)
      FUZZ_ASSERT(line.where.starts_with("f:") && !line.why.empty());
  }
  return 0;
}
