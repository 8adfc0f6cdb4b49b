#include "target.h"

#include <dlfcn.h>
#include <libpq-fe.h>

#include <cctype>
#include <cstring>

#include "real_driver.h"

namespace pgiam::odbc {
namespace {

constexpr std::string_view kPrefix = "Pgiam";
constexpr const char* kDefaultPort = "5432";  // psqlODBC always gives libpq one

// What psqlODBC calls them, in full and abbreviated.
constexpr std::initializer_list<const char*> kHost = {"Servername", "Server"};
constexpr std::initializer_list<const char*> kPort = {"Port"};
constexpr std::initializer_list<const char*> kUser = {"UID", "Username"};
constexpr std::initializer_list<const char*> kDatabase = {"Database"};
constexpr std::initializer_list<const char*> kPassword = {"PWD", "Password"};
constexpr std::initializer_list<const char*> kSslMode = {"SSLmode", "CA"};
constexpr std::initializer_list<const char*> kMore = {"pqopt", "D5"};

bool is_one_of(std::string_view key, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (same_key(key, name)) return true;
  }
  return false;
}

// psqlODBC takes a mode by its first letter, and writes it so into abbreviated strings ("CA=r").
std::string full_sslmode(std::string_view mode) {
  if (mode.empty()) return "";
  switch (tolower(static_cast<unsigned char>(mode[0]))) {
    case 'd': return "disable";
    case 'a': return "allow";
    case 'p': return "prefer";
    case 'r': return "require";
    case 'v':
      return same_key(mode, "vf") || same_key(mode, "verify-full") ? "verify-full" : "verify-ca";
    default: return std::string(mode);
  }
}

// PgiamRoleArn → role_arn. Keys have no case, so that the words are found by the plugin's list.
std::string option_name(std::string_view key) {
  std::string squeezed;
  for (char c : key.substr(kPrefix.size())) {
    if (c != '_') squeezed += static_cast<char>(tolower(static_cast<unsigned char>(c)));
  }
  return squeezed;
}

using Pairs = std::vector<std::pair<std::string, host::SecretText>>;

// What libpq makes of the text, be it keywords and values or a URI.
Pairs parse_conninfo(std::string_view text) {
  Pairs pairs;
  void* library = real_driver().library;
  using Parse = PQconninfoOption* (*)(const char*, char**);
  using Free = void (*)(PQconninfoOption*);
  const auto parse = reinterpret_cast<Parse>(dlsym(library, "PQconninfoParse"));
  const auto free_options = reinterpret_cast<Free>(dlsym(library, "PQconninfoFree"));
  if (!parse || !free_options || text.empty()) return pairs;
  const host::SecretText whole(text);
  PQconninfoOption* options = parse(whole.c_str(), nullptr);
  for (PQconninfoOption* option = options; option && option->keyword; ++option) {
    if (!option->val) continue;
    pairs.emplace_back(option->keyword, host::SecretText(option->val));
    explicit_bzero(option->val, strlen(option->val));
  }
  if (options) free_options(options);
  return pairs;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int letter = tolower(static_cast<unsigned char>(c));
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
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

host::SecretText copy(const host::SecretText* text) {
  return text ? host::SecretText(text->view()) : host::SecretText();
}

// What is not said otherwise is taken from the pqopt.
void take_over(host::SecretText& value, const Target& target, std::string_view keyword) {
  const host::SecretText* found = target.find_more(keyword);
  if (value.empty() && found) value = copy(found);
}

}  // namespace

bool is_ours(std::string_view key) {
  return same_key(key.substr(0, kPrefix.size()), kPrefix) && key.size() > kPrefix.size();
}

bool is_rewritten(std::string_view key) {
  for (const auto& names : {kHost, kPort, kUser, kDatabase, kPassword, kSslMode, kMore}) {
    if (is_one_of(key, names)) return true;
  }
  return false;
}

const host::SecretText* Target::find_more(std::string_view keyword) const {
  for (const auto& [name, value] : more) {
    if (name == keyword) return &value;
  }
  return nullptr;
}

host::Parameters Target::parameters() const {
  std::vector<const char*> keywords, values;
  const auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  for (const auto& [keyword, value] : more) add(keyword.c_str(), value.c_str());
  add("host", host.c_str());  // what is empty counts as not given
  add("port", port.c_str());
  add("user", user.c_str());
  add("dbname", dbname.c_str());
  add("password", password.c_str());
  add(nullptr, nullptr);
  return host::Parameters::of_arrays(keywords.data(), values.data(), 0);
}

Target read_target(const ConnectionString& string, const Installer& installer) {
  const ConnectionString all = with_data_source(string, installer);
  Target target;
  target.host = copy(all.find(kHost));
  target.port = copy(all.find(kPort));
  target.user = copy(all.find(kUser));
  target.dbname = copy(all.find(kDatabase));
  target.password = copy(all.find(kPassword));
  if (const host::SecretText* mode = all.find(kSslMode))
    target.sslmode = full_sslmode(mode->view());
  if (const host::SecretText* more = all.find(kMore)) target.more = parse_conninfo(more->view());

  take_over(target.host, target, "host");
  take_over(target.port, target, "port");
  take_over(target.user, target, "user");
  take_over(target.dbname, target, "dbname");
  take_over(target.password, target, "password");
  if (const host::SecretText* mode = target.find_more("sslmode"); mode && target.sslmode.empty())
    target.sslmode = mode->view();
  if (target.port.empty()) target.port = host::SecretText(kDefaultPort);
  for (const char* said : {"host", "port", "user", "dbname", "password", "sslmode"})
    std::erase_if(target.more, [&](const auto& pair) { return pair.first == said; });

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

}  // namespace pgiam::odbc
