// Which endpoint a host is, if it is one: by the name that was written, by the one that signing_host
// has, or by what it is an alias of.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "clouds/cloud.h"
#include "flow/decide/aliases.h"
#include "flow/decide/plan.h"
#include "flow/request.h"

namespace pgiam {

using Clouds = std::span<const std::unique_ptr<Cloud>>;

struct Recognised {
  const Cloud* cloud;
  Target target;
};

class Recognition {
 public:
  Recognition(const World& world, Clouds clouds) : aliases_(world), clouds_(clouds) {}

  // `host`: normal_host().
  std::optional<Recognised> by_name(const std::string& host, std::uint16_t port,
                                    const Settings& settings) const;
  // Nothing, with the reason in the plan, where the name is no endpoint's.
  std::optional<Recognised> by_written_name(const Request& request, Plan& plan) const;
  std::optional<Recognised> by_alias(const Request& request, const Call& call, bool may_resolve,
                                     Plan& plan) const;

 private:
  std::optional<Error> why_no_name(std::string_view host, const std::string& key,
                                   const Settings& settings) const;

  const Aliases aliases_;
  const Clouds clouds_;
};

// "db.corp is not the name of a known kind of endpoint"
std::string why_not_recognised(std::string_view host);
// Whether a name that is none of an endpoint may stand for one all the same.
bool may_be_alias(const Request& request, const Plan& plan);
// Whether the client dials the endpoint by the name that its certificate has.
bool is_own_name(const Request& request, const Settings& settings);

std::string normal_host(std::string_view host);
std::uint16_t port_of(const Request& request);
std::uint16_t signing_port(const Request& request, const Settings& settings);

}  // namespace pgiam
