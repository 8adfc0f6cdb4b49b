#include "flow/wiring.h"

#include "adapters/curl_http.h"
#include "adapters/environment_posix.h"
#include "adapters/examine_module.h"
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

struct WiredWorld::Parts {
  Parts(std::string user_agent, Log& log, Prompt& prompt)
      : files(clock),
        resolver(clock, files),
        http(clock, files, std::move(user_agent)),
        process(clock),
        world{clock, environment, files, resolver, http, process, log, prompt} {}

  SystemClock clock;
  PosixEnvironment environment;
  PosixFiles files;
  PosixResolver resolver;
  CurlHttp http;
  PosixProcess process;
  const World world;
};

WiredWorld::WiredWorld(std::string user_agent, Log& log, Prompt& prompt)
    : parts_(std::make_unique<Parts>(std::move(user_agent), log, prompt)) {}
WiredWorld::~WiredWorld() = default;
const World& WiredWorld::world() const { return parts_->world; }

struct WiredFlow::Parts {
  Parts(WiringConfig given, Log& log, Prompt& prompt)
      : config(std::move(given)),
        options(views_of(config.options)),
        wired(config.user_agent, log, prompt),
        flow(wired.world(), options, make_clouds(wired.world()), Fetcher::shared()) {}

  const WiringConfig config;
  const std::vector<OptionValue> options;
  const WiredWorld wired;
  Flow flow;
};

WiredFlow::WiredFlow(WiringConfig config, Log& log, Prompt& prompt)
    : parts_(std::make_unique<Parts>(std::move(config), log, prompt)) {}
WiredFlow::~WiredFlow() = default;
Flow& WiredFlow::flow() { return parts_->flow; }
const Clock& WiredFlow::clock() const { return parts_->wired.world().clock; }

Result<const pgiam_examine_module*> find_examine_module() { return load_examine_module(); }

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
