// What this build can do, for hosts that want to know before they offer it.
#pragma once

#include <span>
#include <string>

namespace pgiam {

// "target:aws.rds", "provider:pgpass", "prompt:mfa-code". They live as long as the process.
std::span<const std::string> features();

}  // namespace pgiam
