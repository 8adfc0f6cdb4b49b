#include "flow/decide/client_password.h"

#include "base/pgpass.h"
#include "flow/attempt/keywords.h"

namespace pgiam {

Secret password_of_client(const World& world, const Request& request, const Call& call) {
  if (!request.password.empty()) return Secret(request.password);
  const std::string path(value_of(request.keywords, "passfile"));
  if (path.empty()) return Secret();
  const FileStamp stamp = world.files.stamp(path);
  // libpq warns of such a file, and goes on without.
  if (!stamp.exists || !stamp.regular || (stamp.mode & 077) != 0) return Secret();
  auto text = world.files.read(path, call);
  if (!text) return Secret();
  const WipeAtExit wiper(*text);

  const std::string port = std::to_string(request.port == 0 ? kPostgresPort : request.port);
  const std::string_view database = request.database.empty() ? request.user : request.database;
  const auto found = pgpass::find(*text, {request.host, port, database, request.user});
  if (!found) return Secret();
  std::string password(found->escaped_password.size(), '\0');
  const WipeAtExit password_wiper(password);
  const std::size_t size = pgpass::unescape(found->escaped_password, password.data());
  return Secret(std::string_view(password).substr(0, size));
}

}  // namespace pgiam
