// The step that every connection takes: a time and a signature for a URL that is ready but for them.
#include <array>
#include <utility>

#include "base/sha256.h"
#include "clouds/aws/sigv4.h"

namespace pgiam::aws {
namespace {

constexpr std::string_view kFirstLine = "AWS4-HMAC-SHA256\n";  // of a string to sign

template <std::size_t n>
std::string_view view(const std::array<char, n>& text) {
  return {text.data(), n};
}

}  // namespace

Secret Presigner::presign(Time time) const {
  const auto date = iso8601_basic_digits(time);
  const auto canonical_request = hex_digits(
      hashed_before_date_.finish(std::array{view(date), canonical_after_date_.reveal()}));
  auto signature = hex_digits(key_.sign(std::array{
      kFirstLine, view(date), std::string_view(scope_line_), view(canonical_request)}));
  SecretBuilder url(before_date_.size() + date.size() + after_date_.size() + signature.size());
  url += before_date_;
  url += view(date);
  url += after_date_.reveal();
  url += view(signature);
  wipe(signature.data(), signature.size());
  return std::move(url).finish();
}

}  // namespace pgiam::aws
