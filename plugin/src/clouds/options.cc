#include "clouds/options.h"

#include "base/spelling.h"
#include "base/state_lock.h"
#include "clouds/registry.h"

namespace pgiam {
namespace {

std::vector<const Option*> list_options() {
  std::vector<const Option*> all;
  const auto add = [&](std::span<const Option> options, OptionGroup group) {
    for (const Option& option : options)
      if (option.group == group) all.push_back(&option);
  };
  for (OptionGroup group : kOptionGroups) {
    add(kCommonOptions, group);
    for (const CloudRegistration* cloud : registered_clouds()) add(cloud->options, group);
  }
  return all;
}

std::string nearest_key(std::string_view key) {
  std::string_view best;
  std::size_t best_distance = key.size() / 2 + 2;
  for (const Option* option : all_options()) {
    const std::size_t distance = edit_distance(key, option->key);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = option->key;
  }
  return std::string(best);
}

}  // namespace

const char* choices_of_target() {
  const StateLock lock;  // fork() waits, so no child finds it half made
  static const std::string* const kChoices = [] {
    std::string choices = "auto";
    for (const CloudRegistration* cloud : registered_clouds())
      for (std::string_view target : cloud->targets()) choices.append("|").append(target);
    return new const std::string(choices + "|off");  // never destroyed: threads outlive main
  }();
  return kChoices->c_str();
}

std::string example_of_target() { return std::string(registered_clouds()[0]->targets().at(0)); }

std::span<const Option* const> all_options() {
  const StateLock lock;
  static const auto* const kAll = new const std::vector<const Option*>(list_options());
  return *kAll;
}

Result<const Option*> find_option(std::string_view key, std::string_view where) {
  for (const Option* option : all_options())
    if (key == option->key) return option;
  Error error = make_error(Status::kUnsupported,
                           (where.empty() ? "" : std::string(where) + ": ") +
                               "there is no option \"" + std::string(key) + "\"");
  if (const std::string near = nearest_key(key); !near.empty())
    error.hint = "did you mean \"" + near + "\"?";
  else
    error.hint = "pgiam help lists the options";
  return error;
}

}  // namespace pgiam
