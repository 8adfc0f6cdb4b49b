// The step that every connection takes: a time and a signature for a URL that is ready but for them.
#include <array>
#include <utility>

#include "base/sha256.h"
#include "clouds/aws/sigv4.h"

namespace pgiam::aws {
namespace {

template <std::size_t n>
std::string_view view(const std::array<char, n>& text) {
  return {text.data(), n};
}

}  // namespace

Secret Presigner::presign(Time now) const {
  const auto time = iso8601_basic_time_of_day(now);
  const auto canonical_request = hex_digits(
      hashed_before_time_.finish(std::array{view(time), canonical_after_time_.reveal()}));
  Sha256Digest digest =
      key_.sign(std::array{std::string_view(to_sign_before_time_), view(time),
                           std::string_view(to_sign_after_time_), view(canonical_request)});
  auto signature = hex_digits(digest);
  SecretBuilder url(before_time_.size() + time.size() + after_time_.size() + signature.size());
  url += before_time_;
  url += view(time);
  url += after_time_.reveal();
  url += view(signature);
  wipe(digest.data(), digest.size());
  wipe(signature.data(), signature.size());
  return std::move(url).finish();
}

}  // namespace pgiam::aws
