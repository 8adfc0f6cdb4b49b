#include "clouds/cloud.h"

#include <algorithm>

namespace pgiam {

const char* Target::fact(std::string_view key) const {
  for (const Fact& fact : facts)
    if (fact.key == key) return fact.value.c_str();
  return "";
}

void Target::set_fact(std::string_view key, std::string value) {
  const auto known =
      std::find_if(facts.begin(), facts.end(), [&](const Fact& fact) { return fact.key == key; });
  if (known != facts.end())
    known->value = std::move(value);
  else
    facts.push_back({key, std::move(value)});
}

Result<SecretSource> Cloud::source_on(SecretSource supplied, const Settings&, const Target*,
                                      const Call&) const {
  return supplied;
}

Result<KeptSecretPtr> Cloud::read_supplied(const SuppliedValues&, const Call&) const {
  return make_error(Status::kUnsupported, "this cloud takes no credentials of the host's own");
}

Result<CaBundle> Cloud::ca_bundle(const Target*, bool, const Call&, std::vector<Error>&) const {
  return make_error(Status::kNotApplicable, "this cloud has no CA bundle of its own");
}

std::string Cloud::why_unfit(std::string_view, const Target&, std::string_view) const { return {}; }

bool Cloud::is_made_of(std::string_view, const KeptSecret&) const { return false; }

}  // namespace pgiam
