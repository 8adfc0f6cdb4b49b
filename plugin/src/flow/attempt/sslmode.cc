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

int strictness(std::string_view sslmode) {
  const int place = place_of(sslmode);
  return place < static_cast<int>(std::size(kSslModes)) ? place : place_of(kDefault);
}

bool demands_tls(std::string_view sslmode) {
  return strictness(sslmode) >= place_of(kWeakestWithTls);
}

bool allows_no_tls(std::string_view sslmode) {
  return place_of(sslmode) < place_of(kWeakestWithTls);
}

}  // namespace pgiam
