// A CA bundle as `pgiam ca` shows and installs it. What is known of whose they are stands in the
// library's clouds; here are files.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "ca_certificates.h"

namespace pgiam::cli {

struct KnownCa {
  std::string sha256, from, until, region, name;
};

// A file of them: the package's own, or one that a person has installed.
struct CaBundleFile {
  std::string path;
  bool is_installed = false;
  std::vector<KnownCa> roots;
};

struct CaBundleKind {
  std::string installed_name;
  bool is_public = false;  // others get certificates of them, too
  std::vector<CaBundleFile> files;

  // Null where the package's file is missing.
  const CaBundleFile* carried() const;
};

// Of one cloud.
struct CaBundleInfo {
  std::string word, of;
  std::vector<CaBundleKind> kinds;
  std::string before_scope, after_scope;
  std::string url, fetched;

  // Null for what the package does not have.
  const KnownCa* find_known(const std::string& sha256) const;
  bool is_public(const std::string& sha256) const;
  // That a name tells, "*" where it tells none.
  std::string region_in(const std::string& name) const;
};

CaBundleInfo read_ca_info(const boost::json::object& told);

// "" where there is no such file.
std::string read_file(const std::string& path);

// Makes missing folders, and writes beside the file before it takes its place, for all to read.
// Throws a UsageError.
void write_for_all(const std::string& path, const std::string& text);

// A certificate and the line before it, by which the library knows it without reading it.
std::string entry_of(const CaCertificate& certificate, const std::string& region);

}  // namespace pgiam::cli
