#include "spelling.h"

#include "base/spelling.h"

namespace pgiam::cli {

std::string nearest(std::string_view typed, const std::vector<std::string>& words) {
  std::string best;
  std::size_t best_distance = typed.size() / 3 + 2;
  for (const std::string& word : words) {
    const std::size_t away = edit_distance(typed, word);
    if (away >= best_distance) continue;
    best_distance = away;
    best = word;
  }
  return best;
}

}  // namespace pgiam::cli
