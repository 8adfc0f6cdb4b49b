#include "clouds/aws/examine/ca.h"

#include "clouds/aws/ca_bundle.h"
#include "clouds/aws/client.h"
#include "clouds/aws/partitions.h"
#include "clouds/aws/target_kind.h"

namespace pgiam::aws {
namespace {

// docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
constexpr const char* kAddress = "https://truststore.pki.rds.amazonaws.com/";
constexpr std::size_t kLargest = 4u << 20;

std::vector<CaRoot> read_roots(std::string_view text) {
  std::vector<CaRoot> copies;
  for (KnownRoot root; next_root(text, root);)
    copies.push_back({std::string(root.sha256), std::string(root.from), std::string(root.until),
                      std::string(root.region), std::string(root.name)});
  return copies;
}

CaKindTold tell_of_kind(const World& world, const CaKind& kind, const Call& call) {
  CaKindTold told{kind.installed, kind.is_public, {}};
  for (const bool is_installed : {true, false}) {
    for (std::string& path : find_ca_files(world, is_installed ? kind.installed : kind.carried)) {
      const auto text = world.files.read_trusted(path, call);
      if (text) told.files.push_back({std::move(path), is_installed, read_roots(*text)});
    }
  }
  return told;
}

Result<std::string> fetch_from(const World& world, const std::string& region,
                               const std::string& url, const Call& call) {
  if (partition_of(region).name != std::string_view("aws"))
    return make_error(Status::kUnsupported,
                      "no address is known here that has the certificate authorities of " + region,
                      "take Amazon's file for it from the documentation of RDS there: "
                      "pgiam ca install --from FILE");
  HttpRequest request;
  request.url = url;
  request.ca_bundle = read_ca_bundle(world.environment, nullptr);
  request.answer_limit = kLargest;
  auto answer = send_http(world, request, call);
  if (!answer) return answer.error();
  if (answer->status != 200)
    return make_error(Status::kBadResponse,
                      url + " answered with status " + std::to_string(answer->status),
                      "see whether the region is spelt right, and what answers there");
  if (!answer->verified)
    return make_error(Status::kInsecure, url + " was answered by a server that nobody verified");
  return std::move(answer->body);
}

}  // namespace

CaTold tell_of_ca(const World& world, std::span<const GivenOption> options, bool fetch,
                  const Call& call) {
  std::string region;
  for (const auto& [key, value] : options)
    if (key == kRegion) region = value;
  CaTold told;
  told.word = kCaWord;
  told.of = "Amazon RDS";
  told.before_scope = "Amazon RDS ";
  told.after_scope = " Root CA";
  for (const CaKind* kind : {&kRdsCa, &kPublicCa})
    told.kinds.push_back(tell_of_kind(world, *kind, call));
  if (!fetch) return told;
  told.url = kAddress + (region.empty() ? "global/global" : region + "/" + region) + "-bundle.pem";
  auto fetched = fetch_from(world, region, told.url, call);
  if (fetched)
    told.fetched = std::move(*fetched);
  else
    told.why_not_fetched = fetched.error();
  return told;
}

}  // namespace pgiam::aws
