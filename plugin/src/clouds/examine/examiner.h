// What a cloud is asked about a connection that does not work, and what it answers. None of it is
// in the library: it is the module libpgiam-examine.so that examines.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/call.h"
#include "base/error.h"
#include "base/secret.h"
#include "ports/world.h"

namespace pgiam {

// What can be asked for, as in pgiam.h.
inline constexpr std::uint32_t kExamineIdentity = 1, kExamineResource = 2, kExaminePermission = 4;
// However much is asked for: of one examination.
inline constexpr int kMostCalls = 6;

struct Subject {
  // The texts and numbers of an explanation, by the names of its members; of an object within, "account.KEY".
  std::map<std::string, std::string, std::less<>> explained;
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

struct Examiner {
  const char* provider_prefix;  // of the credentials that it knows
  std::vector<Check> (*examine)(const World& world, const Subject& subject, std::uint32_t what,
                                const Call& call);
};

// One line for each cloud that has one.
std::span<const Examiner> examiners();

}  // namespace pgiam
