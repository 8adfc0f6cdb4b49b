#include "base/sha1.h"

#include <openssl/evp.h>

#include <stdexcept>

#include "base/sha256.h"

namespace pgiam {

std::string sha1_hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("OpenSSL could not hash");
  return hex({reinterpret_cast<const char*>(digest), size});
}

}  // namespace pgiam
