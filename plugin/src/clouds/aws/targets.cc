// The kinds of AWS endpoints that there are.
#include "clouds/aws/partitions.h"
#include "clouds/aws/target_kind.h"

namespace pgiam::aws {
namespace {

constexpr const TargetKind* kKinds[] = {
    &kRdsTarget,   // RDS, Aurora, RDS Proxy
    &kDsqlTarget,  // Aurora DSQL
};

}  // namespace

std::span<const TargetKind* const> target_kinds() { return kKinds; }

const TargetKind* find_target_kind(std::string_view kind) {
  for (const TargetKind* candidate : kKinds)
    if (kind == candidate->kind) return candidate;
  return nullptr;
}

std::optional<std::string_view> name_below(std::string_view host, std::string_view suffix) {
  if (!host.ends_with(suffix)) return std::nullopt;
  const std::string_view name = host.substr(0, host.size() - suffix.size());
  if (!name.ends_with('.')) return std::nullopt;
  return name.substr(0, name.size() - 1);
}

std::string arn(std::string_view service, std::string_view region, std::string_view rest) {
  std::string text = "arn:";
  for (std::string_view part : {std::string_view(partition_of(region).name), service, region})
    text.append(part).append(1, ':');
  return text.append("*:").append(rest);
}

// '*' and '?' are wildcards in a Resource, and '$' begins a variable: IAM user guide, "IAM policy
// elements: Variables and tags", has a spelling for each of them.
std::string in_resource(std::string_view word) {
  std::string text;
  for (char c : word)
    text += c == '*' || c == '?' || c == '$' ? std::string("${") + c + '}' : std::string(1, c);
  return text;
}

}  // namespace pgiam::aws
