#include "adapters/module_file.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <algorithm>

namespace pgiam {
namespace {

constexpr const char* kFolder = "/pgiam";

}  // namespace

std::vector<std::string> module_candidates(const char* name) {
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&module_candidates), &here) == 0) return {};
  std::vector<std::string> candidates;
  const auto add = [&](const std::string& candidate) {
    if (std::find(candidates.begin(), candidates.end(), candidate) == candidates.end())
      candidates.push_back(candidate);
  };
  const auto add_beside = [&](const std::string& file) {
    const auto slash = file.rfind('/');
    if (slash == file.npos) return;
    const std::string folder = file.substr(0, slash);
    add(folder + kFolder + "/" + name);
    if (folder.ends_with(kFolder)) add(folder + "/" + name);
  };
  add_beside(here.dli_fname);
  if (char* real = realpath(here.dli_fname, nullptr)) {
    add_beside(real);
    free(real);
  }
  return candidates;
}

}  // namespace pgiam
