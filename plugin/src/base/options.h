// What an option is, and the values that hold for one connection. Which options there are stands in
// clouds/options.cc and, for a cloud's own, in its folder.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pgiam {

// What belongs together stands together, in a list and in a connection dialog.
enum class OptionGroup : std::uint8_t { kAccount, kEndpoint, kRole, kConnection };
constexpr OptionGroup kOptionGroups[] = {OptionGroup::kAccount, OptionGroup::kEndpoint,
                                         OptionGroup::kRole, OptionGroup::kConnection};

// "text", "bool", "int", "path", or the choices there are, "a|b|c".
class OptionType {
 public:
  constexpr OptionType(const char* text) : text_(text) {}
  // Where the choices depend on what is registered. Their text lives as long as the process.
  constexpr OptionType(const char* (*make)()) : make_(make) {}
  const char* text() const { return make_ != nullptr ? make_() : text_; }

 private:
  const char* text_ = nullptr;
  const char* (*make_)() = nullptr;
};

// Its declaration is the option: there is one object of each, known by its address.
struct Option {
  const char* key;  // "signing_host"
  OptionType type;
  const char* default_value;  // "" where there is none
  const char* env;            // "PGIAM_SIGNING_HOST"
  const char* label;          // for a connection dialog
  OptionGroup group;
  // Of an "int": the values that it may have. So many milliseconds are 24 days.
  long long least = 0, most = std::numeric_limits<std::int32_t>::max();

  // A copy would be another option.
  struct Pinned {
    constexpr Pinned() = default;
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;
  };
  [[no_unique_address]] Pinned pinned = {};
};

// Of a table, the option with this key; no compiler takes one that is not there.
consteval const Option& option_of(std::span<const Option> table, std::string_view key) {
  for (const Option& option : table)
    if (key == option.key) return option;
  throw "no such option";
}

// Who gave a value; the later ones win.
enum class Origin : std::uint8_t { kDefault, kFileDefaults, kRule, kEnvironment, kContext, kCall };
std::string_view origin_name(Origin origin);

class Settings {
 public:
  // Keeps what is there when that has the higher origin. A value that does not fit the option's
  // type is an error, and "" is no value. `where` says whose value it is ("/etc/pgiam.conf:3").
  Result<void> set(const Option& option, std::string_view value, Origin origin,
                   std::string_view where);

  // The given value, else the default.
  std::string_view get(const Option& option) const;
  long long get_int(const Option& option) const;
  bool get_bool(const Option& option) const;
  bool given(const Option& option) const { return find(option) != nullptr; }
  Origin origin(const Option& option) const;

 private:
  struct Given {
    const Option* option;
    std::string value;
    Origin origin;
  };
  const Given* find(const Option& option) const {
    for (const Given& given : given_)
      if (given.option == &option) return &given;
    return nullptr;
  }

  std::vector<Given> given_;  // few, so that a look-up is a glance at a handful of addresses
};

}  // namespace pgiam
