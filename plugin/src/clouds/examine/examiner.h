// What a cloud is asked about a connection that does not work, and of its servers' CA certificates,
// and what it answers. None of it is in the library: it is the module libpgiam-examine.so that
// examines.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/call.h"
#include "base/error.h"
#include "base/secret.h"
#include "ports/world.h"

namespace pgiam {

// What can be asked for, as in pgiam.h.
inline constexpr std::uint32_t kExamineIdentity = 1, kExamineResource = 2, kExaminePermission = 4,
                               kExamineAdvice = 8, kExamineCa = 16, kExamineCaFetch = 32;
// However much is asked for: of one examination.
inline constexpr int kMostCalls = 6;

struct Subject {
  // The texts and numbers of an explanation, by the names of its members; of an object within, "account.KEY".
  std::map<std::string, std::string, std::less<>> explained;
  std::string target;                                      // "aws.rds"; "" for none
  std::string provider;                                    // of the credentials
  std::map<std::string, Secret, std::less<>> credentials;  // as they are handed out

  std::string_view text(std::string_view name) const {
    const auto found = explained.find(name);
    return found == explained.end() ? std::string_view() : found->second;
  }
};

struct Check {
  enum class Outcome { kOk, kFailed, kSkipped };
  std::string name;  // "identity"
  Outcome outcome = Outcome::kSkipped;
  Error finding;            // code, message, evidence, commands
  bool is_certain = false;  // by what was just seen
  std::string asked;        // who was, "" for nobody
  std::map<std::string, std::string> facts = {};
  // Codes of failures that this finding is the reason for, and of causes that are none after all.
  std::vector<std::string> explains = {}, rules_out = {};
  int calls = 0;  // that were made for it
};

// What a cloud knows by itself of a connection that fails: nobody is asked.
struct FailureAdvice {
  // By what has happened ("password_wanted", "instance_gone"): the cloud's own name for it, its words
  // and what to type. Where one of these is empty, what is known without a cloud is as good.
  std::map<std::string, Error, std::less<>> on;
  // "example_host": a name of its form; "programs": what commands of its begin with; "group": the
  // role that a role has to be a member of.
  std::map<std::string, std::string, std::less<>> facts;
};

struct CaRoot {
  std::string sha256, from, until;  // days, "2061-05-21"
  std::string scope, name;          // of which of the cloud's servers; "*" where nothing tells
};
struct CaFile {
  std::string path;
  bool is_installed = false;  // by a person; else the package carries it
  std::vector<CaRoot> roots;
};
// Who signs there, and the files that are there of them, in the order in which they are taken.
struct CaKindTold {
  std::string installed_name;  // of the file that a person installs
  bool is_public = false;      // others get certificates of them, too
  std::vector<CaFile> files;
};
struct CaTold {
  std::string word;  // that names the bundle wherever a CA can be named
  std::string of;    // whose they are, for people
  std::vector<CaKindTold> kinds;
  // What stands around the scope in the name of an authority that is of one.
  std::string before_scope, after_scope;
  std::string url, fetched;  // the cloud's own file, where it was asked for
  std::optional<Error> why_not_fetched;
};

using GivenOption = std::pair<std::string_view, std::string_view>;

struct Examiner {
  const char* prefix;  // of the names of its targets and of the providers of its credentials
  std::vector<Check> (*examine)(const World& world, const Subject& subject, std::uint32_t what,
                                const Call& call);
  FailureAdvice (*advise)(const World& world, const Subject& subject);
  // By the options that the caller gave; the cloud's own address is asked where `fetch`.
  CaTold (*tell_of_ca)(const World& world, std::span<const GivenOption> options, bool fetch,
                       const Call& call);
};

// One line for each cloud that has one.
std::span<const Examiner> examiners();

}  // namespace pgiam
