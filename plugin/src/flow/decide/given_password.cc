#include "flow/decide/given_password.h"

#include <algorithm>

#include "clouds/options.h"
#include "flow/decide/client_password.h"

namespace pgiam {

bool is_password_of_ours(Clouds clouds, std::string_view text) {
  return std::any_of(clouds.begin(), clouds.end(),
                     [&](const auto& cloud) { return cloud->is_password_of_ours(text); });
}

std::optional<Time> end_of(Clouds clouds, std::string_view text) {
  for (const auto& cloud : clouds)
    if (const auto end = cloud->end_of(text)) return end;
  return std::nullopt;
}

GivenPassword given_password(const World& world, Clouds clouds,
                             const HandedOutPasswords& handed_out, const Request& request,
                             const Settings& settings, const Call& call) {
  using Kind = GivenPassword::Kind;
  if (settings.get_bool(kForceOption)) return {};
  Secret password = password_of_client(world, request, call);
  if (password.empty()) return {};
  if (!is_password_of_ours(clouds, password.reveal())) return {Kind::kUsers, std::move(password)};
  const auto end = end_of(clouds, password.reveal());
  if ((end && *end <= call.now) || handed_out.knows(password.reveal())) return {};
  return {Kind::kToken, std::move(password)};
}

}  // namespace pgiam
