#include "ca_bundle.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "json_text.h"
#include "report.h"
#include "whole_file.h"

namespace pgiam::cli {
namespace {

namespace json = boost::json;

KnownCa read_root(const json::object& root) {
  return {text(root, "sha256"), text(root, "from"), text(root, "until"), text(root, "scope"),
          text(root, "name")};
}

CaBundleFile read_bundle_file(const json::object& told) {
  CaBundleFile file{text(told, "path"), told.at("installed").as_bool(), {}};
  for (const json::value& root : told.at("roots").as_array())
    file.roots.push_back(read_root(root.as_object()));
  return file;
}

}  // namespace

const CaBundleFile* CaBundleKind::carried() const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [](const CaBundleFile& file) { return !file.is_installed; });
  return found == files.end() ? nullptr : &*found;
}

const KnownCa* CaBundleInfo::find_known(const std::string& sha256) const {
  for (const CaBundleKind& kind : kinds) {
    const CaBundleFile* file = kind.carried();
    if (!file) continue;
    for (const KnownCa& root : file->roots)
      if (root.sha256 == sha256) return &root;
  }
  return nullptr;
}

bool CaBundleInfo::is_public(const std::string& sha256) const {
  for (const CaBundleKind& kind : kinds) {
    const CaBundleFile* file = kind.is_public ? kind.carried() : nullptr;
    if (file && std::any_of(file->roots.begin(), file->roots.end(),
                            [&](const KnownCa& root) { return root.sha256 == sha256; }))
      return true;
  }
  return false;
}

std::string CaBundleInfo::region_in(const std::string& name) const {
  const auto end = name.find(after_scope);
  if (!name.starts_with(before_scope) || end == name.npos || end <= before_scope.size())
    return "*";
  std::string region = name.substr(before_scope.size(), end - before_scope.size());
  std::replace(region.begin(), region.end(), ' ', '-');
  return region;
}

CaBundleInfo read_ca_info(const json::object& told) {
  CaBundleInfo info;
  info.word = text(told, "word");
  info.of = text(told, "of");
  info.before_scope = text(told, "before_scope");
  info.after_scope = text(told, "after_scope");
  info.url = text(told, "url");
  info.fetched = text(told, "fetched");
  for (const json::value& item : told.at("kinds").as_array()) {
    const json::object& kind = item.as_object();
    CaBundleKind& read = info.kinds.emplace_back();
    read.installed_name = text(kind, "installed_name");
    read.is_public = kind.at("public").as_bool();
    for (const json::value& file : kind.at("files").as_array())
      read.files.push_back(read_bundle_file(file.as_object()));
  }
  return info;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_for_all(const std::string& path, const std::string& text) {
  const std::string folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw UsageError("cannot make " + folder + ": " + error.message(), "make it yourself");
  write_whole(path, text, 0644);
}

std::string entry_of(const CaCertificate& certificate, const std::string& region) {
  return "# root " + certificate.sha256 + " " + certificate.from + " " + certificate.until + " " +
         region + " " + certificate.name + "\n" + certificate.pem;
}

}  // namespace pgiam::cli
