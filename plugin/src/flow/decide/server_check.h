// Whether a connection is to make sure of its server: which CA tells, and which sslmode a token needs.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "base/result.h"
#include "clouds/cloud.h"
#include "flow/request.h"
#include "ports/world.h"

namespace pgiam {

// What a connection's server is verified with.
struct ServerCa {
  // Who named it. What lies in ~/.postgresql is named by nobody.
  enum class From { kNobody, kClient, kOption, kInstalled };
  From from = From::kNobody;
  std::string path;         // that the client is to be told; "" where it knows
  bool needs_name = false;  // others get certificates of these, too: only the name tells
  bool is_default = false;  // the user spoke of TLS in no other way than by installing it

  bool is_there() const { return from != From::kNobody; }
};

struct CaQuestion {
  const Request& request;
  const Settings& settings;
  std::span<const std::unique_ptr<Cloud>> clouds;
  const Cloud* cloud = nullptr;    // whose the server is; null: an installed bundle is not thought of
  const Target* target = nullptr;  // null: none is known
  bool can_verify_name = true;
};

// The user's own keyword, else our option; either may be a cloud's word for its bundle. Who names none
// is given the bundle that they installed for this server, but where they speak of TLS in other words. An
// error where a file that is named can verify nothing: libpq takes one that is not there for none under
// sslmode=require.
Result<ServerCa> choose_ca(const World& world, const CaQuestion& asked, const Call& call,
                           std::vector<Error>& warnings);

inline constexpr std::string_view kVerifyFull = "verify-full", kVerifyCa = "verify-ca";

// What a token needs the client to set, since it is a password in clear text that anybody on the
// way could use: "" where the user's own sslmode will do. Who names a CA and no sslmode wants to know
// whom the token goes to: by its name, unless that cannot be had.
Result<std::string> sslmode_for_token(const Request& request, const Settings& settings,
                                      const ServerCa& ca, bool can_verify_name);

}  // namespace pgiam
