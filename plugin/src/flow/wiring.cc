#include "flow/wiring.h"

#include "adapters/curl_http.h"
#include "adapters/environment_posix.h"
#include "adapters/files_posix.h"
#include "adapters/process_posix.h"
#include "adapters/resolver_posix.h"
#include "adapters/system_clock.h"
#include "clouds/options.h"
#include "clouds/registry.h"

namespace pgiam {
namespace {

std::vector<OptionValue> views_of(const std::vector<std::pair<std::string, std::string>>& options) {
  return {options.begin(), options.end()};
}

}  // namespace

struct WiredFlow::Parts {
  Parts(WiringConfig given, Log& log, Prompt& prompt)
      : config(std::move(given)),
        options(views_of(config.options)),
        files(clock),
        resolver(clock, files),
        http(clock, files, config.user_agent),
        process(clock),
        world{clock, environment, files, resolver, http, process, log, prompt},
        flow(world, options, make_clouds(world), Fetcher::shared()) {}

  const WiringConfig config;
  const std::vector<OptionValue> options;
  SystemClock clock;
  PosixEnvironment environment;
  PosixFiles files;
  PosixResolver resolver;
  CurlHttp http;
  PosixProcess process;
  const World world;
  Flow flow;
};

WiredFlow::WiredFlow(WiringConfig config, Log& log, Prompt& prompt)
    : parts_(std::make_unique<Parts>(std::move(config), log, prompt)) {}
WiredFlow::~WiredFlow() = default;
Flow& WiredFlow::flow() { return parts_->flow; }
const Clock& WiredFlow::clock() const { return parts_->clock; }

Result<void> check_options(const std::vector<std::pair<std::string, std::string>>& options) {
  Settings settings;
  for (const auto& [key, value] : options) {
    const auto option = find_option(key, "");
    if (!option) return option.error();
    if (auto set = settings.set(**option, value, Origin::kContext, ""); !set) return set.error();
  }
  return {};
}

}  // namespace pgiam
