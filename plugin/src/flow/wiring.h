// The composition root: the only place that knows which adapters there are.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flow/flow.h"
#include "ports/examine_module.h"
#include "ports/log.h"
#include "ports/prompt.h"

namespace pgiam {

struct WiringConfig {
  std::string user_agent;  // "pgiam/1.0 psql/15.4"
  std::vector<std::pair<std::string, std::string>> options;
};

// A Flow on the real world. `log` and `prompt` outlive it.
class WiredFlow {
 public:
  WiredFlow(WiringConfig config, Log& log, Prompt& prompt);
  ~WiredFlow();
  Flow& flow();
  const Clock& clock() const;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

// The real world alone, for who examines it.
class WiredWorld {
 public:
  WiredWorld(std::string user_agent, Log& log, Prompt& prompt);
  ~WiredWorld();
  const World& world() const;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

// The module that examines. An error where it is not installed.
Result<const pgiam_examine_module*> find_examine_module();

// Fails on an option that does not exist or a value that does not fit. No file, no network.
Result<void> check_options(const std::vector<std::pair<std::string, std::string>>& options);

}  // namespace pgiam
