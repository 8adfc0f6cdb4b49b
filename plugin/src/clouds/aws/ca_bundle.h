// The certificate authorities that RDS's servers are verified with: what the package carries of them,
// and what a person has installed. No certificate is read here: before each the files have a line that
// tells of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clouds/cloud.h"
#include "ports/world.h"

namespace pgiam::aws {

// The word that names the bundle wherever a CA can be named.
inline constexpr std::string_view kCaWord = "rds";

// Who signs the certificates of some endpoints: which of them, TargetKind::ca tells.
struct CaKind {
  const char* carried;    // the name of the package's file
  const char* installed;  // and of one that a person has installed
  bool is_public;         // others get certificates of them, too
};
extern const CaKind kRdsCa;     // instances and clusters
extern const CaKind kPublicCa;  // RDS Proxy, Aurora DSQL: the certificates are ACM's

// What the line before a certificate says: "# root SHA256 FROM UNTIL REGION NAME".
struct KnownRoot {
  std::string_view sha256, from, until;  // hexadecimal; days, "2061-05-21"
  std::string_view region;  // "eu-west-1"; "public"; "*" where its name tells none
  std::string_view name;
};
// The next one in `text`, of which what was read is taken off. False at its end.
bool next_root(std::string_view& text, KnownRoot& root);

// The files of that name that are there, in the order in which they count: in the person's own folder,
// in those of the installation.
std::vector<std::string> find_ca_files(const World& world, const char* name);

// The bundle that a server is verified with: the installed one if it has what signs there, else, with
// `carried_too`, the one that is carried. kNotApplicable where there is none. Warns ahead of an end.
Result<CaBundle> find_ca_bundle(const World& world, const Target* target, bool carried_too,
                                const Call& call, std::vector<Error>& warnings);

}  // namespace pgiam::aws
