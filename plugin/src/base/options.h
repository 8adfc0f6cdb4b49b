// Every option there is, in one table, and the values that hold for one connection.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pgiam {

enum class Option : std::size_t {
  kProfile,
  kRegion,
  kSigningHost,
  kSigningPort,
  kTarget,
  kForce,
  kRoleArn,
  kExternalId,
  kRoleSessionName,
  kDurationSeconds,
  kMfaSerial,
  kTls,
  kSslRootCert,
  kTimeoutMs,
  kReuseSeconds,
  kCache,
  kLog,
  kPasswordFile,
  kPgpass,
  kCount,
};

struct OptionInfo {
  const char* key;            // "signing_host"
  const char* type;           // "text", "bool", "int", "path", or "a|b|c"
  const char* default_value;  // "" where there is none
  const char* env;            // "PGIAM_SIGNING_HOST"
  const char* label;          // for a connection dialog
  // Of an "int": the values that it may have. So many milliseconds are 24 days.
  long long least = 0, most = std::numeric_limits<std::int32_t>::max();
};

// In the order of Option.
std::span<const OptionInfo> option_table();
const OptionInfo& info_of(Option option);

// An option by its key. An unknown key is an error that names it and the nearest known one;
// `where` says whose key it is ("/etc/pgiam.conf:3").
Result<Option> find_option(std::string_view key, std::string_view where);

// Who gave a value; the later ones win.
enum class Origin : std::uint8_t { kDefault, kFileDefaults, kRule, kEnvironment, kContext, kCall };
std::string_view origin_name(Origin origin);

class Settings {
 public:
  // Keeps what is there when that has the higher origin. A value that does not fit the option's
  // type is an error, and "" is no value.
  Result<void> set(Option option, std::string_view value, Origin origin, std::string_view where);

  // The given value, else the default.
  std::string_view get(Option option) const;
  long long get_int(Option option) const;
  bool get_bool(Option option) const;
  bool given(Option option) const { return slot(option).value.has_value(); }
  Origin origin(Option option) const { return slot(option).origin; }

 private:
  struct Slot {
    std::optional<std::string> value;
    Origin origin = Origin::kDefault;
  };
  const Slot& slot(Option option) const { return slots_[static_cast<std::size_t>(option)]; }

  std::array<Slot, static_cast<std::size_t>(Option::kCount)> slots_;
};

}  // namespace pgiam
