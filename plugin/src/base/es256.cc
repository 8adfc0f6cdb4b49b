#include "base/es256.h"

namespace pgiam {

Result<Es256Key> Es256Key::from_pem(std::string_view pem) {
  auto key = crypto().p256_key(pem);
  if (!key) return make_error(Status::kBadConfig, "not a private key on the curve P-256 in PEM");
  return Es256Key(std::move(key));
}

}  // namespace pgiam
