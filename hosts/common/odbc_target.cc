#include "odbc_target.h"

#include "base/text.h"

namespace pgiam::odbc {
namespace {

constexpr std::string_view kPrefix = "Pgiam";
constexpr const char* kDefaultPort = "5432";  // psqlODBC always gives libpq one

using Names = std::initializer_list<const char*>;

// What psqlODBC calls them, in full and abbreviated.
struct DriverKey {
  const char* keyword;
  Names names;
};
constexpr DriverKey kDriverKeys[] = {
    {"host", {"Servername", "Server"}}, {"port", {"Port"}},
    {"user", {"UID", "Username"}},      {"dbname", {"Database"}},
    {"password", {"PWD", "Password"}},  {"sslmode", {"SSLmode", "CA"}},
};
constexpr Names kPassword = {"PWD", "Password"};
constexpr Names kMore = {"pqopt", "D5"};

bool is_one_of(std::string_view key, Names names) {
  for (const char* name : names) {
    if (same_key(key, name)) return true;
  }
  return false;
}

// psqlODBC takes a mode by its first letter, and writes it so into abbreviated strings ("CA=r").
std::string full_sslmode(std::string_view mode) {
  if (mode.empty()) return "";
  switch (to_lower(mode.substr(0, 1))[0]) {
    case 'd': return "disable";
    case 'a': return "allow";
    case 'p': return "prefer";
    case 'r': return "require";
    case 'v':
      return same_key(mode, "vf") || same_key(mode, "verify-full") ? "verify-full" : "verify-ca";
    default: return std::string(mode);
  }
}

// PgiamRoleArn → rolearn. Keys have no case, so that the words are found by the plugin's list.
std::string option_name(std::string_view key) {
  std::string squeezed = to_lower(key.substr(kPrefix.size()));
  std::erase(squeezed, '_');
  return squeezed;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// psqlODBC decodes passwords without braces, as it encodes those in the strings that it returns.
host::SecretText decoded_password(std::string_view text) {
  host::SecretText decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i] == '+' ? ' ' : text[i];
    const bool is_escape = c == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                           hex_digit(text[i + 2]) >= 0;
    if (is_escape) {
      c = static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    }
    decoded.append(1, c);
  }
  return decoded;
}

// Reads the data source's section as if it were a string that follows. What is empty is not given:
// programs fill in "UID=;PWD=;" where nothing was typed.
ConnectionString with_data_source(const ConnectionString& string, const Installer& installer) {
  ConnectionString all;
  for (const ConnectionString::Pair& pair : string.pairs()) {
    const bool is_encoded = is_one_of(pair.key, kPassword) && !pair.raw.view().starts_with('{');
    const host::SecretText decoded =
        is_encoded ? decoded_password(pair.value.view()) : host::SecretText(pair.value.view());
    if (!decoded.empty()) all.add(pair.key, decoded.view(), pair.raw.view());
  }
  const host::SecretText* name = string.find({"DSN"});
  if (!name) return all;
  const std::string section(name->view());
  for (const std::string& key : installer.keys(section, kOdbcIni)) {
    if (is_rewritten(key) || is_ours(key)) {
      const std::string value = installer.value(section, key.c_str(), kOdbcIni);
      all.add(key, value, value);
    }
  }
  return all;
}

void give(OdbcTarget& target, std::string_view keyword, std::string_view value) {
  if (!value.empty() && !target.find(keyword))
    target.keywords.emplace_back(keyword, host::SecretText(value));
}

}  // namespace

bool is_ours(std::string_view key) {
  return same_key(key.substr(0, kPrefix.size()), kPrefix) && key.size() > kPrefix.size();
}

bool is_rewritten(std::string_view key) {
  for (const DriverKey& driver_key : kDriverKeys) {
    if (is_one_of(key, driver_key.names)) return true;
  }
  return is_one_of(key, kMore);
}

const char* key_of(std::string_view keyword) {
  for (const DriverKey& driver_key : kDriverKeys) {
    if (keyword == driver_key.keyword) return *driver_key.names.begin();
  }
  return nullptr;
}

const host::SecretText* OdbcTarget::find(std::string_view keyword) const {
  for (const auto& [name, value] : keywords) {
    if (name == keyword) return &value;
  }
  return nullptr;
}

host::Parameters OdbcTarget::parameters() const {
  std::vector<const char*> names, values;
  for (const auto& [keyword, value] : keywords) {
    names.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  return host::Parameters::of_arrays(names.data(), values.data(), 0);
}

OdbcTarget read_target(const ConnectionString& string, const Installer& installer,
                   const ReadPqopt& read_pqopt) {
  const ConnectionString all = with_data_source(string, installer);
  OdbcTarget target;
  for (const DriverKey& key : kDriverKeys) {
    const host::SecretText* value = all.find(key.names);
    if (!value) continue;
    if (std::string_view(key.keyword) == "sslmode") {
      give(target, key.keyword, full_sslmode(value->view()));
    } else {
      give(target, key.keyword, value->view());
    }
  }
  if (const host::SecretText* more = all.find(kMore))  // what is not said otherwise
    target.is_readable = read_pqopt(more->c_str(), [&](std::string_view keyword, const char* value) {
      give(target, keyword, value);
    });
  give(target, "port", kDefaultPort);

  for (const ConnectionString::Pair& pair : all.pairs()) {
    if (!is_ours(pair.key)) continue;
    if (same_key(pair.key, "PgiamDriver")) {
      target.driver = pair.value.view();
    } else {
      target.options.emplace_back(option_name(pair.key), pair.value.view());
    }
  }
  return target;
}

std::string plugin_option(const std::vector<pgiam_option_info>& known, const std::string& option) {
  for (const pgiam_option_info& info : known) {
    std::string squeezed = info.key;
    std::erase(squeezed, '_');
    if (squeezed == option) return info.key;
  }
  return option;  // the plugin's complaint names the nearest
}

}  // namespace pgiam::odbc
