#include "clouds/aws/dpop.h"

#include "base/random.h"
#include "base/sha256.h"
#include "clouds/aws/json.h"

namespace pgiam::aws {
namespace {

// RFC 4648, section 5, without padding.
std::string base64url(std::string_view bytes) {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0;
  int held = 0;
  for (char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    held += 8;
    for (; held >= 6; held -= 6) text += kLetters[bits >> (held - 6) & 63];
  }
  if (held > 0) text += kLetters[bits << (6 - held) & 63];
  return text;
}

}  // namespace

std::string dpop_proof(const Es256Key& key, const std::string& url, Time now,
                       const std::string& id) {
  Json jwk;
  jwk.set("kty", "EC");
  jwk.set("x", base64url(key.x()));
  jwk.set("y", base64url(key.y()));
  jwk.set("crv", "P-256");
  Json header;
  header.set("typ", "dpop+jwt");
  header.set("alg", "ES256");
  header.set("jwk", jwk);
  Json payload;
  payload.set("htm", "POST");
  payload.set("htu", url);
  payload.set("iat", std::chrono::floor<Seconds>(now).time_since_epoch().count());
  payload.set("jti", id);
  const std::string signed_part =
      base64url(header.serialize().reveal()) + '.' + base64url(payload.serialize().reveal());
  return signed_part + '.' + base64url(key.sign(signed_part));
}

std::string random_uuid() {
  unsigned char bytes[16];
  fill_with_random(bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text = hex({reinterpret_cast<const char*>(bytes), sizeof bytes});
  for (std::size_t dash : {20, 16, 12, 8}) text.insert(dash, 1, '-');
  return text;
}

}  // namespace pgiam::aws
