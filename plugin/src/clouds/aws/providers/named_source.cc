// credential_source: one of the sources that need no profile, and no other in its stead.
#include "clouds/aws/profile_source.h"

namespace pgiam::aws {
namespace {

ProviderPtr make_provider(NamedSource source, const ProviderContext& context) {
  switch (source) {
    case NamedSource::kEnvironment:
      return make_environment_provider(context);
    case NamedSource::kEc2InstanceMetadata:
      return make_imds_provider(context);
    case NamedSource::kEcsContainer:
      break;
  }
  return make_container_provider(context);
}

}  // namespace

Result<CredentialsPtr> load_named_source(const ProfileView& view, const Call& call, Trace& trace) {
  const auto source = parse_named_source(view.section);
  if (!source) return source.error();
  const ProviderPtr provider = make_provider(*source, view.context);
  auto loaded = ask_and_trace(view.context.world.clock, provider->name(), trace,
                              [&] { return provider->load(call, trace); });
  if (loaded || loaded.error().status != Status::kNotApplicable) return loaded;
  return make_error(Status::kNoCredentials, "credential_source of profile \"" + view.name +
                                                "\" gives nothing: " + loaded.error().message);
}

}  // namespace pgiam::aws
