#include "base/sha256.h"

#include "base/secret.h"

namespace pgiam {
namespace {

constexpr std::size_t kBlock = 64;

// Without a table or a branch, so that compilers make many digits at once of it.
char hex_digit(int value) { return static_cast<char>('0' + value + (value > 9 ? 'a' - '9' - 1 : 0)); }

inline void put_hex(char* out, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out[2 * i] = hex_digit(byte >> 4);
    out[2 * i + 1] = hex_digit(byte & 15);
  }
}

// The state may have seen a key.
Sha256Digest finish(const Crypto& provider, Sha256State& state) {
  Sha256Digest digest;
  provider.sha256_end(state, digest);
  wipe(&state, sizeof state);
  return digest;
}

}  // namespace

Sha256Digest sha256(std::span<const std::string_view> pieces) {
  const Crypto& provider = crypto();
  Sha256State state;
  provider.sha256_start(state);
  provider.sha256_add(state, pieces);
  return finish(provider, state);
}

Sha256Prefix::Sha256Prefix(std::span<const std::string_view> pieces) : provider_(crypto()) {
  provider_.sha256_start(state_);
  provider_.sha256_add(state_, pieces);
}

Sha256Prefix::~Sha256Prefix() { wipe(&state_, sizeof state_); }

Sha256Digest Sha256Prefix::finish(std::span<const std::string_view> pieces) const {
  Sha256State state = state_;
  provider_.sha256_add(state, pieces);
  return pgiam::finish(provider_, state);
}

struct HmacKey::PaddedKeys {
  explicit PaddedKeys(std::string_view key) {
    Sha256Digest short_key{};
    if (key.size() > kBlock) {
      Sha256Digest made = sha256(key);
      short_key = made;
      wipe(made.data(), made.size());
      key = bytes_of(short_key);
    }
    for (std::size_t i = 0; i < kBlock; ++i) {
      const char byte = i < key.size() ? key[i] : '\0';
      inner[i] = static_cast<char>(byte ^ 0x36);
      outer[i] = static_cast<char>(byte ^ 0x5c);
    }
    wipe(short_key.data(), short_key.size());
  }
  ~PaddedKeys() {
    wipe(inner, sizeof inner);
    wipe(outer, sizeof outer);
  }
  char inner[kBlock], outer[kBlock];
};

HmacKey::HmacKey(std::string_view key) : HmacKey(PaddedKeys(key)) {}

HmacKey::HmacKey(const PaddedKeys& keys)
    : inner_(std::array{std::string_view(keys.inner, kBlock)}),
      outer_(std::array{std::string_view(keys.outer, kBlock)}) {}

Sha256Digest HmacKey::sign(std::span<const std::string_view> pieces) const {
  const Sha256Digest inner = inner_.finish(pieces);
  return outer_.finish(std::array{bytes_of(inner)});
}

void hmac_sha256(std::string_view key, std::string_view message, Sha256Digest& digest) {
  Sha256Digest made = HmacKey(key).sign(std::array{message});
  digest = made;
  wipe(made.data(), made.size());
}

std::array<char, 64> hex_digits(const Sha256Digest& digest) {
  std::array<char, 64> text;
  put_hex(text.data(), bytes_of(digest));
  return text;
}

void append_hex(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  out.resize(before + 2 * bytes.size());
  put_hex(out.data() + before, bytes);
}

std::string hex(std::string_view bytes) {
  std::string text;
  append_hex(text, bytes);
  return text;
}

}  // namespace pgiam
