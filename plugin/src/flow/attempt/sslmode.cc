#include "flow/attempt/sslmode.h"

#include <algorithm>
#include <iterator>

#include "base/conninfo_keywords.h"

namespace pgiam {
namespace {

constexpr std::string_view kDefault = "prefer";
constexpr std::string_view kWeakestWithTls = "require";

int place_of(std::string_view sslmode) {
  return static_cast<int>(std::find(std::begin(kSslModes), std::end(kSslModes), sslmode) -
                          kSslModes);
}

}  // namespace

bool is_sslmode(std::string_view text) {
  return place_of(text) < static_cast<int>(std::size(kSslModes));
}

int strictness(std::string_view sslmode) {
  return place_of(is_sslmode(sslmode) ? sslmode : kDefault);
}

bool demands_tls(std::string_view sslmode) {
  return strictness(sslmode) >= place_of(kWeakestWithTls);
}

bool allows_no_tls(std::string_view sslmode) {
  return place_of(sslmode) < place_of(kWeakestWithTls);
}

}  // namespace pgiam
