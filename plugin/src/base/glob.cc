#include "base/glob.h"

#include <fnmatch.h>

namespace pgiam {

bool matches_glob(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

}  // namespace pgiam
