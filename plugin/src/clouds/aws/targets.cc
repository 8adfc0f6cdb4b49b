// The kinds of AWS endpoints that there are.
#include "base/text.h"
#include "clouds/aws/target_kind.h"

namespace pgiam::aws {
namespace {

constexpr const TargetKind* kKinds[] = {
    &kRdsTarget,   // RDS, Aurora, RDS Proxy
    &kDsqlTarget,  // Aurora DSQL
};

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_word(std::string_view word) {
  return !word.empty() &&
         word.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

}  // namespace

std::span<const TargetKind* const> target_kinds() { return kKinds; }

const TargetKind* find_target_kind(std::string_view kind) {
  for (const TargetKind* candidate : kKinds)
    if (kind == candidate->kind) return candidate;
  return nullptr;
}

bool looks_like_region(std::string_view label) {
  const auto words = split(label, '-');
  if (words.size() < 3 || !is_number(words.back())) return false;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (!is_word(words[i])) return false;
  return true;
}

}  // namespace pgiam::aws
