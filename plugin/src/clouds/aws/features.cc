#include "clouds/aws/aws.h"
#include "clouds/aws/provider.h"
#include "clouds/aws/target_kind.h"

namespace pgiam::aws {

std::vector<std::string_view> target_words() {
  std::vector<std::string_view> words;
  for (const TargetKind* kind : target_kinds()) words.push_back(kind->kind);
  return words;
}

std::vector<std::string> features() {
  std::vector<std::string> list;
  for (const TargetKind* kind : target_kinds()) list.push_back(std::string("target:") + kind->name);
  for (const ProviderInfo* provider : all_providers())
    list.push_back(std::string("provider:") + provider->name);
  return list;
}

}  // namespace pgiam::aws
