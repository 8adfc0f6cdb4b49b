#include "spelling.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pgiam::cli {

// Levenshtein's, a row at a time.
static std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string nearest(std::string_view typed, const std::vector<std::string>& words) {
  std::string best;
  std::size_t best_distance = typed.size() / 3 + 2;
  for (const std::string& word : words) {
    const std::size_t away = distance(typed, word);
    if (away >= best_distance) continue;
    best_distance = away;
    best = word;
  }
  return best;
}

}  // namespace pgiam::cli
