// pgiam ca: the certificate authorities that servers are verified with, shown and installed.
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include "ca_bundle.h"
#include "commands.h"
#include "home.h"
#include "library.h"
#include "report.h"

namespace pgiam::cli {
namespace {

namespace json = boost::json;

std::string region_of(const Arguments& arguments) {
  return arguments.has("region") ? arguments.value("region") : "";
}

json::object ask_library(const Arguments& arguments, std::uint32_t what) {
  Context context = make_context(arguments);
  Request request("");
  if (!region_of(arguments).empty()) request.option("region", region_of(arguments));
  return json::parse(std::move(context.examine(request, what)).value()).as_object();
}

bool is_of(const std::string& wanted, const std::string& region) {
  return wanted.empty() || region == wanted || region == "*" || region == "public";
}

// ---- show

std::string in_days(const std::string& until) {
  std::tm end{};
  if (!strptime(until.c_str(), "%Y-%m-%d", &end)) return "";
  const auto days = (timegm(&end) - std::time(nullptr)) / 86'400;
  if (days < 0) return " (ended)";
  return days > 90 ? "" : " (ends in " + std::to_string(days) + " days)";
}

void show_file(const CaBundleInfo& info, const CaBundleFile& file, const std::string& region) {
  print_line(file.path + (file.is_installed ? ": installed" : ": carried by the package"));
  for (const KnownCa& root : file.roots) {
    if (!is_of(region, root.region)) continue;
    const bool is_known = info.find_known(root.sha256) != nullptr;
    print_line("  " + root.name + "\n    from " + root.from + " until " + root.until +
               in_days(root.until) + (is_known ? "" : ", not known here") + "\n    SHA-256 " +
               root.sha256);
  }
}

int show(const Arguments& arguments) {
  const json::object told = ask_library(arguments, PGIAM_EXAMINE_CA);
  if (arguments.has("json")) {
    print_line(json::serialize(told));
    return kExitOk;
  }
  bool is_installed = false;
  for (const json::value& item : told.at("ca").as_array()) {
    const CaBundleInfo info = read_ca_info(item.as_object());
    for (const CaBundleKind& kind : info.kinds) {
      for (const CaBundleFile& file : kind.files) {
        show_file(info, file, region_of(arguments));
        is_installed = is_installed || file.is_installed;
      }
    }
    const std::string word = "sslrootcert=" + info.word;
    remark(is_installed
               ? word + " names the first of these that knows the server's region"
               : "none is installed: pgiam ca install makes verify-full the default; " + word +
                     " names what is carried");
  }
  return kExitOk;
}

// ---- install

struct Chosen {
  CaCertificate certificate;
  std::string region;
  bool is_known = false;
};

// What is to be installed, and why not the rest.
struct Choice {
  std::vector<Chosen> taken;
  std::vector<std::string> not_known;  // and so left out
  std::size_t ended = 0;
};

std::string carried_text(const CaBundleInfo& info, bool is_public) {
  for (const CaBundleKind& kind : info.kinds)
    if (kind.is_public == is_public && kind.carried()) return read_file(kind.carried()->path);
  return "";
}

Choice choose(const CaBundleInfo& info, const std::string& text, const std::string& region,
              bool known_only) {
  Choice choice;
  std::vector<CaCertificate> known_roots;
  if (known_only)
    known_roots = read_certificates(carried_text(info, false) + carried_text(info, true));
  for (CaCertificate& certificate : read_certificates(text)) {
    const KnownCa* known = info.find_known(certificate.sha256);
    Chosen chosen{{}, known ? known->region : info.region_in(certificate.name), known != nullptr};
    if (!is_of(region, chosen.region)) continue;
    if (certificate.has_ended) {
      ++choice.ended;
      continue;
    }
    if (known_only && !known && !is_signed_by(certificate, known_roots)) {
      choice.not_known.push_back(certificate.name);
      continue;
    }
    chosen.certificate = std::move(certificate);
    choice.taken.push_back(std::move(chosen));
  }
  return choice;
}

std::string text_from(const Arguments& arguments, const CaBundleInfo& info) {
  if (arguments.has("fetch")) return info.fetched;
  if (!arguments.has("from")) return carried_text(info, false);
  const std::string& path = arguments.value("from");
  if (std::filesystem::is_directory(path) || access(path.c_str(), R_OK) != 0)
    throw UsageError("cannot read " + path, "name a file of CA certificates (PEM)");
  return read_file(path);
}

[[noreturn]] void nothing_to_install(const Arguments& arguments, const CaBundleInfo& info,
                                     const Choice& choice) {
  const std::string region = region_of(arguments);
  const std::string where = arguments.has("from")    ? arguments.value("from")
                            : arguments.has("fetch") ? info.url
                                                     : "the package";
  const std::string of_region = region.empty() ? "" : " of " + region;
  if (!choice.not_known.empty())
    throw UsageError("none of the " + std::to_string(choice.not_known.size()) +
                         " certificate authorities" + of_region + " at " + where +
                         " is known to this pgiam, the first is " + choice.not_known.front(),
                     "if you have made sure of the file: pgiam ca install --from FILE");
  throw UsageError("there is no certificate" + of_region + " in " + where +
                       (choice.ended > 0           ? " that has not ended"
                        : choice.taken.empty()     ? ""
                                                   : " but public ones, which the package carries"),
                   arguments.has("from") ? "name a file of CA certificates (PEM)"
                                         : "pgiam ca install --from FILE");
}

std::string folder_to_install(const json::object& told) {
  const json::value& data = told.at("data_folder");
  // What is built is no installation: nobody removes from there what was installed.
  const bool is_built = data.is_string() && std::filesystem::exists(std::string(data.get_string()) +
                                                                    "/../../CMakeCache.txt");
  if (geteuid() == 0 && data.is_string() && !is_built) return std::string(data.get_string());
  const std::string folder = host::file_at_home(".local/share/pgiam");
  if (folder.empty())
    throw UsageError("no home is known to install into", "set HOME, or install as root");
  return folder;
}

std::string describe(const Chosen& chosen) {
  const CaCertificate& certificate = chosen.certificate;
  return "  " + certificate.name + ", until " + certificate.until + ", SHA-256 " +
         certificate.sha256 + (chosen.is_known ? "" : ", not known here");
}

// Of a person's own file each, of known ones how many.
void report(const std::string& path, const Choice& choice, bool name_each) {
  std::string end = "9999";
  for (const Chosen& chosen : choice.taken) end = std::min(end, chosen.certificate.until);
  print_line("installed " + path + ": " + std::to_string(choice.taken.size()) +
             (choice.taken.size() == 1 ? " certificate authority, which ends on "
                                       : " certificate authorities, the first ends on ") + end);
  for (const Chosen& chosen : choice.taken)
    if (name_each || !chosen.is_known) print_line(describe(chosen));
  if (choice.ended > 0) remark(std::to_string(choice.ended) + " that have ended were left out");
  for (const std::string& name : choice.not_known)
    remark("left out, as this pgiam does not know it: " + name);
  if (!choice.not_known.empty())
    remark("if you have made sure of them: pgiam ca install --from FILE");
}

void write_bundles(const CaBundleInfo& info, const Choice& choice, const std::string& folder,
                   const std::string& from) {
  const std::string head = "# Certificate authorities of " + info.of +
                           ", installed by pgiam ca from " + from +
                           ".\n# The lines before the certificates are read: keep them.\n";
  std::string own, all;
  for (const Chosen& chosen : choice.taken) {
    const std::string entry = entry_of(chosen.certificate, chosen.region);
    all += entry;
    if (!info.is_public(chosen.certificate.sha256)) own += entry;
  }
  for (const CaBundleKind& kind : info.kinds) {
    const std::string path = folder + "/" + kind.installed_name;
    if (kind.is_public)
      write_for_all(path, head + all + carried_text(info, true));
    else
      write_for_all(path, head + own);
  }
}

int not_fetched(const json::object& error) {
  remark(std::string(error.at("message").as_string()));
  const std::string hint(error.at("hint").as_string());
  std::fprintf(stderr, "  %s\n", hint.empty() ? "pgiam ca install --from FILE" : hint.c_str());
  return exit_status(error.at("status").to_number<pgiam_status>());
}

int install(const Arguments& arguments) {
  const bool fetch = arguments.has("fetch"), from = arguments.has("from");
  if (fetch && from)
    throw UsageError("--from and --fetch name two places", "pgiam ca install --from FILE");
  const json::object told =
      ask_library(arguments, fetch ? PGIAM_EXAMINE_CA_FETCH : PGIAM_EXAMINE_CA);
  const std::string folder = folder_to_install(told);
  for (const json::value& item : told.at("ca").as_array()) {
    if (const auto* error = item.as_object().if_contains("error"))
      return not_fetched(error->as_object());
    const CaBundleInfo info = read_ca_info(item.as_object());
    const Choice choice =
        choose(info, text_from(arguments, info), region_of(arguments), /*known_only=*/fetch);
    if (std::all_of(choice.taken.begin(), choice.taken.end(), [&](const Chosen& chosen) {
          return info.is_public(chosen.certificate.sha256);
        }))
      nothing_to_install(arguments, info, choice);
    write_bundles(info, choice, folder,
                  fetch ? info.url : from ? arguments.value("from") : "the package");
    const std::string path = folder + "/" + info.kinds.front().installed_name;
    report(path, choice, from);
    remark("connections to servers that these cover now verify them by name (sslmode=verify-full), "
           "where nothing else is said of TLS; back: tls = require, or rm " + path);
  }
  return kExitOk;
}

int run(const Arguments& arguments) {
  const std::string action = arguments.words.empty() ? "" : arguments.words.front();
  if (action == "show") return show(arguments);
  if (action == "install") return install(arguments);
  throw UsageError(action.empty() ? "no action is given" : "ca has no action \"" + action + "\"",
                   "pgiam ca show or install");
}

}  // namespace

Command ca_command() {
  return {.name = "ca",
          .purpose = "the CA certificates of RDS: show, install",
          .word = {"ACTION", "show or install"},
          .flags = {{"region", "REGION", "those of this region alone"},
                    {"from", "FILE", "install what this file has (PEM), known or not"},
                    {"fetch", nullptr, "install those at Amazon's address that are known"},
                    {"json", nullptr, "show: as a JSON object"}},
          .notes = "Installs into ~/.local/share/pgiam, as root into share/pgiam of the installation.",
          .run = run};
}

}  // namespace pgiam::cli
