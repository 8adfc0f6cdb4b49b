// The short form of a fuzzer: every file of a corpus, then mutations of them, the same ones every
// time. Usage: TARGET CORPUS_FOLDER [MUTATIONS]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> read_corpus(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> corpus;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

class Mutator {
 public:
  explicit Mutator(std::vector<Bytes> corpus) : corpus_(std::move(corpus)) {}

  Bytes next() {
    Bytes input = pick();
    for (std::size_t edits = 1 + below(4); edits > 0; --edits) edit(input);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  const Bytes& pick() { return corpus_[below(corpus_.size())]; }

  void edit(Bytes& input) {
    const auto at = static_cast<std::ptrdiff_t>(below(input.size()));
    switch (below(5)) {
      case 0:
        if (!input.empty())
          input[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random_());
        break;
      case 1:
        input.insert(input.begin() + at, static_cast<std::uint8_t>(random_()));
        break;
      case 2:
        input.resize(static_cast<std::size_t>(at));
        break;
      case 3:
        if (!input.empty()) input.erase(input.begin() + at);
        break;
      default: {
        const Bytes& other = pick();
        const auto from = static_cast<std::ptrdiff_t>(below(other.size()));
        input.insert(input.begin() + at, other.begin() + from, other.end());
      }
    }
  }

  const std::vector<Bytes> corpus_;
  std::mt19937 random_{20261124};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::vector<Bytes> corpus = read_corpus(argv[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "no corpus in %s\n", argv[1]);
    return 1;
  }
  for (const Bytes& input : corpus) LLVMFuzzerTestOneInput(input.data(), input.size());
  const int mutations = argc > 2 ? std::atoi(argv[2]) : 50'000;
  Mutator mutator(corpus);
  for (int i = 0; i < mutations; ++i) {
    const Bytes input = mutator.next();
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu files, %d mutations\n", corpus.size(), mutations);
}
