// As in sha256.cc: the plain function takes no memory.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha1.h"

#include <openssl/sha.h>

#include "base/sha256.h"

namespace pgiam {

std::string sha1_hex(std::string_view text) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return hex({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace pgiam
