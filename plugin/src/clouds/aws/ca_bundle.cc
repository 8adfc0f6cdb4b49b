#include "clouds/aws/ca_bundle.h"

#include <algorithm>

#include "base/text.h"
#include "clouds/aws/partitions.h"
#include "clouds/aws/target_kind.h"

namespace pgiam::aws {

constexpr CaKind kRdsCa{"rds-roots.pem", "rds-ca.pem", false};
constexpr CaKind kPublicCa{"public-roots.pem", "rds-proxy-ca.pem", true};

namespace {

constexpr std::string_view kMark = "# root ";
constexpr std::chrono::days kAhead{90};  // of an end that is warned of

// Of a target that is not known, the usual.
const CaKind& kind_of(const Target* target) {
  const TargetKind* kind = target != nullptr ? find_target_kind(target->kind) : nullptr;
  return kind != nullptr ? kind->ca(target->host) : kRdsCa;
}

// Whose roots have to be there; "" for anybody's. That ACM's public authorities sign is known of this
// partition alone.
std::string_view signer_of(const Target* target, const CaKind& kind) {
  if (target == nullptr) return {};
  const std::string_view region = target->fact(kRegion);
  const bool is_by_acm =
      kind.is_public && partition_of(region).name == std::string_view("aws");
  return is_by_acm ? "public" : region;
}

std::string day(Time time) { return rfc3339(time).substr(0, 10); }

// Whether the file has what is wanted. Then it tells of the first that ends.
bool covers(std::string_view text, std::string_view signer, const std::string& path, Time now,
            std::vector<Error>& warnings) {
  KnownRoot root, first;
  while (next_root(text, root)) {
    const bool is_wanted = signer.empty() || root.region == signer || root.region == "*";
    if (is_wanted && (first.name.empty() || root.until < first.until)) first = root;
  }
  if (first.name.empty()) return false;
  if (first.until <= day(now + kAhead))
    warnings.push_back(make_finding(
        "ca_ends",
        std::string(first.name).append(" in ").append(path).append(" ends on ").append(first.until),
        {"pgiam ca install --fetch"}));
  return true;
}

}  // namespace

bool next_root(std::string_view& text, KnownRoot& root) {
  const auto at = text.find(kMark);
  if (at == text.npos) return false;
  text.remove_prefix(at + kMark.size());
  std::string_view line = text.substr(0, text.find('\n'));
  for (std::string_view* word : {&root.sha256, &root.from, &root.until, &root.region}) {
    const auto blank = std::min(line.find(' '), line.size());
    *word = line.substr(0, blank);
    line.remove_prefix(std::min(blank + 1, line.size()));
  }
  root.name = trim(line);
  return true;
}

std::vector<std::string> find_ca_files(const World& world, const char* name) {
  std::vector<std::string> files = world.environment.data_folders();
  if (const auto home = world.environment.home())
    files.insert(files.begin(), *home + "/.local/share/pgiam");
  for (std::string& file : files) file.append(1, '/').append(name);
  std::erase_if(files, [&](const std::string& file) { return !world.files.stamp(file).exists; });
  return files;
}

Result<CaBundle> find_ca_bundle(const World& world, const Target* target, bool carried_too,
                                const Call& call, std::vector<Error>& warnings) {
  const CaKind& kind = kind_of(target);
  const std::string_view signer = signer_of(target, kind);
  for (const char* name : {kind.installed, carried_too ? kind.carried : nullptr}) {
    if (name == nullptr) break;
    for (std::string& file : find_ca_files(world, name)) {
      const auto text = world.files.read_trusted(file, call);
      if (!text) return text.error();
      if (covers(*text, signer, file, call.now, warnings))
        return CaBundle{std::move(file), kind.is_public};
    }
  }
  Error error = make_error(Status::kNotApplicable,
                           "sslrootcert=rds: no certificate authority of RDS is known here for " +
                               (target != nullptr ? target->host : "it"),
                           "install Amazon's file for its region: pgiam ca install --from FILE");
  error.code = "ca_not_known";
  return error;
}

}  // namespace pgiam::aws
