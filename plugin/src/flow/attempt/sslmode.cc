#include "flow/attempt/sslmode.h"

#include <algorithm>
#include <iterator>

namespace pgiam {
namespace {

constexpr std::string_view kModes[] = {"disable", "allow",     "prefer",
                                       "require", "verify-ca", "verify-full"};
constexpr std::string_view kDefault = "prefer";
constexpr std::string_view kWeakestWithTls = "require";

int place_of(std::string_view sslmode) {
  return static_cast<int>(std::find(std::begin(kModes), std::end(kModes), sslmode) - kModes);
}

}  // namespace

int strictness(std::string_view sslmode) {
  const int place = place_of(sslmode);
  return place < static_cast<int>(std::size(kModes)) ? place : place_of(kDefault);
}

bool demands_tls(std::string_view sslmode) {
  return strictness(sslmode) >= place_of(kWeakestWithTls);
}

}  // namespace pgiam
