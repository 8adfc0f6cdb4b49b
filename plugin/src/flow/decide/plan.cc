#include "flow/decide/plan.h"

namespace pgiam {

bool AskCloud::users_token_wins(const KeptSecret* secret) const {
  return given && !(secret && cloud->is_made_of(given->reveal(), *secret));
}

const Cloud* Plan::cloud() const {
  if (const auto* ask = as<AskCloud>()) return ask->cloud;
  const auto* refused = as<Refused>();
  return refused != nullptr ? refused->cloud : nullptr;
}

const Target& Plan::target() const {
  static const Target& kNone = *new Target;  // threads may outlive main
  if (const auto* ask = as<AskCloud>()) return ask->target;
  const auto* refused = as<Refused>();
  return refused != nullptr ? refused->target : kNone;
}

}  // namespace pgiam
