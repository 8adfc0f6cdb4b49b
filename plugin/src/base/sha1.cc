#include "base/sha1.h"

#include "base/crypto.h"
#include "base/sha256.h"

namespace pgiam {

std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, 20> digest;
  crypto().sha1(text, digest);
  return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace pgiam
