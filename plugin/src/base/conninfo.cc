#include "base/conninfo.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/conninfo_keywords.h"

namespace pgiam {
namespace {

using Entries = std::vector<ConninfoEntry>;

Error refuse(std::string code, std::string message, std::size_t at, std::string hint = {}) {
  Error error = make_error(
      Status::kInvalidArgument,
      message + " (position " + std::to_string(at + 1) + " of the connection string)",
      std::move(hint));
  error.code = std::move(code);
  return error;
}

// What is named in an error: a word that looks like a keyword, not a piece of something secret.
bool looks_like_keyword(std::string_view word) {
  constexpr std::size_t kLongest = 40;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !word.empty() && word.size() <= kLongest && std::all_of(word.begin(), word.end(), fits);
}

// What was read so far.
class Collector {
 public:
  explicit Collector(UnknownKeywords unknown) : keeps_unknown_(unknown == UnknownKeywords::kKeep) {}

  // `at` is where the keyword stands.
  Result<void> store(std::string_view keyword, Secret value, std::size_t at) {
    if (keyword == "requiressl") {  // before sslmode there was only this
      keyword = "sslmode";
      value = Secret(value.reveal().starts_with('1') ? "require" : "prefer");
    }
    const ConninfoKeyword* known = find_conninfo_keyword(keyword);
    if (!known && !keeps_unknown_) return unknown_keyword(keyword, at);
    const bool is_secret = known && known->is_secret();
    follows_secret_ = is_secret;
    const auto [place, is_new] = places_.try_emplace(std::string(keyword), entries_.size());
    if (is_new)
      entries_.push_back({std::string(keyword), std::move(value), is_secret});
    else
      entries_[place->second].value = std::move(value);
    return {};
  }

  Entries finish() && { return std::move(entries_); }

 private:
  // Behind a password it may be the rest of one that lacks its quotes or escapes.
  Error unknown_keyword(std::string_view keyword, std::size_t at) const {
    if (follows_secret_ || !looks_like_keyword(keyword))
      return refuse("unknown_keyword", "invalid connection option", at);
    const std::string nearest = nearest_conninfo_keyword(keyword);
    return refuse("unknown_keyword", "invalid connection option \"" + std::string(keyword) + "\"",
                  at, nearest.empty() ? "" : "did you mean \"" + nearest + "\"?");
  }

  const bool keeps_unknown_;
  bool follows_secret_ = false;
  Entries entries_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

// key = value, key = 'value'; a backslash takes the next character as it is.
class Pairs {
 public:
  Pairs(std::string_view text, Collector& out) : text_(text), out_(out) {}

  Result<void> read() {
    for (skip_blanks(); !is_at_end(); skip_blanks()) {
      const std::size_t begin = at_;
      while (!is_at_end() && text_[at_] != '=' && !is_blank(text_[at_])) ++at_;
      const std::string_view keyword = text_.substr(begin, at_ - begin);
      skip_blanks();
      if (is_at_end() || text_[at_] != '=')
        return refuse("bad_connection_string", "missing \"=\" after a word", begin,
                      "values with blanks need quotes: keyword='a b'");
      ++at_;
      skip_blanks();
      std::optional<Secret> value = take_value();
      if (!value)
        return refuse("bad_connection_string", "unterminated quoted value", begin,
                      "within quotes, \\' stands for a quote and \\\\ for a backslash");
      if (const Result<void> stored = out_.store(keyword, std::move(*value), begin); !stored)
        return stored;
    }
    return {};
  }

 private:
  static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  bool is_at_end() const { return at_ == text_.size(); }
  void skip_blanks() {
    while (!is_at_end() && is_blank(text_[at_])) ++at_;
  }

  // nullopt: its quote does not end.
  std::optional<Secret> take_value() {
    const bool is_quoted = !is_at_end() && text_[at_] == '\'';
    if (is_quoted) ++at_;
    const auto is_end = [&](char c) { return is_quoted ? c == '\'' : is_blank(c); };
    const std::size_t begin = at_;
    std::size_t size = 0;
    for (; !is_at_end() && !is_end(text_[at_]); ++at_, ++size)
      if (text_[at_] == '\\' && ++at_ == text_.size()) break;  // it takes nothing
    if (is_quoted && is_at_end()) return std::nullopt;
    SecretBuilder value(size);
    for (std::size_t i = begin; i < at_; ++i) {
      if (text_[i] == '\\' && ++i == at_) break;
      value += text_.substr(i, 1);
    }
    if (is_quoted) ++at_;
    return std::move(value).finish();
  }

  const std::string_view text_;
  Collector& out_;
  std::size_t at_ = 0;
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// postgresql://user:password@host:port,host:port/dbname?keyword=value&…, %xy anywhere in its parts.
// Blanks are taken as they are, as all of libpq but PostgreSQL 18's takes them.
class Uri {
 public:
  Uri(std::string_view text, Collector& out) : text_(text), out_(out) {}

  Result<void> read() {
    at_ = text_.find("://") + 3;
    if (Result<void> done = read_user(); !done) return done;
    if (Result<void> done = read_hosts(); !done) return done;
    if (next() == '/')
      if (Result<void> done = read_dbname(); !done) return done;
    if (next() == '?') ++at_;
    while (at_ < text_.size())
      if (Result<void> done = read_parameter(); !done) return done;
    return {};
  }

 private:
  // '\0' at the end.
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::string_view take_until(const char* ends) {
    const std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
    const std::string_view part = text_.substr(at_, end - at_);
    at_ = end;
    return part;
  }
  std::size_t place_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - text_.data());
  }

  Result<Secret> decode(std::string_view part) const {
    const std::size_t place = place_of(part);
    SecretBuilder decoded(part.size());
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] != '%') {
        decoded += part.substr(i, 1);
        continue;
      }
      const int high = i + 1 < part.size() ? hex_digit(part[i + 1]) : -1;
      const int low = i + 2 < part.size() ? hex_digit(part[i + 2]) : -1;
      if (high < 0 || low < 0)
        return refuse("bad_connection_string", "invalid percent-encoding", place + i,
                      "a percent sign itself is written %25");
      const char c = static_cast<char>(high << 4 | low);
      if (c == '\0')
        return refuse("bad_connection_string", "forbidden value %00 in percent-encoding",
                      place + i);
      decoded += {&c, 1};
      i += 2;
    }
    return std::move(decoded).finish();
  }

  // What is empty counts as not given.
  Result<void> store(std::string_view keyword, std::string_view part) {
    if (part.empty()) return {};
    Result<Secret> value = decode(part);
    if (!value) return value.error();
    return out_.store(keyword, std::move(*value), place_of(part));
  }

  Result<void> read_user() {
    const std::size_t end = text_.find_first_of("@/", at_);
    if (end == text_.npos || text_[end] == '/') return {};
    if (Result<void> done = store("user", take_until(":@")); !done) return done;
    if (next() == ':') {
      ++at_;
      if (Result<void> done = store("password", take_until("@")); !done) return done;
    }
    ++at_;
    return {};
  }

  // An encoded comma parts the list, too.
  Result<void> read_hosts() {
    const std::size_t begin = at_;
    std::string hosts, ports;
    const WipeAtExit wipe_hosts(hosts), wipe_ports(ports);  // a password may reach into them
    hosts.reserve(text_.size());
    ports.reserve(text_.size());
    for (;; ++at_) {
      const Result<std::string_view> host = next() == '[' ? take_address() : take_until(":/?,");
      if (!host) return host.error();
      if (Result<void> done = append(hosts, *host); !done) return done;
      if (next() == ':') {
        ++at_;
        if (Result<void> done = append(ports, take_until("/?,")); !done) return done;
      }
      if (next() != ',') break;
      hosts += ',';
      ports += ',';
    }
    if (!hosts.empty())
      if (Result<void> done = out_.store("host", Secret(hosts), begin); !done) return done;
    return ports.empty() ? Result<void>() : out_.store("port", Secret(ports), begin);
  }
  Result<void> append(std::string& list, std::string_view part) const {
    const Result<Secret> decoded = decode(part);
    if (!decoded) return decoded.error();
    list += decoded->reveal();
    return {};
  }

  // An IPv6 address in brackets.
  Result<std::string_view> take_address() {
    const std::size_t begin = at_++;
    const std::string_view address = take_until("]");
    if (at_ == text_.size())
      return refuse("bad_connection_string", "no \"]\" ends the IPv6 address", begin);
    if (address.empty())
      return refuse("bad_connection_string", "the IPv6 address is empty", begin);
    ++at_;
    if (at_ < text_.size() && std::string_view(":/?,").find(next()) == std::string_view::npos)
      return refuse("bad_connection_string", "unexpected character behind \"]\"", at_,
                    "a port, a path or another host may follow: [::1]:5432");
    return address;
  }

  Result<void> read_dbname() {
    ++at_;
    return store("dbname", take_until("?"));
  }

  Result<void> read_parameter() {
    const std::size_t begin = at_;
    const std::string_view raw_keyword = take_until("=&");
    if (next() != '=')
      return refuse("bad_connection_string", "missing \"=\" in a URI query parameter", begin);
    ++at_;
    const std::string_view raw_value = take_until("=&");
    if (next() == '=')
      return refuse("bad_connection_string", "extra \"=\" in a URI query parameter", at_,
                    "an equals sign itself is written %3D");
    if (next() == '&') ++at_;
    Result<Secret> keyword = decode(raw_keyword);
    if (!keyword) return keyword.error();
    Result<Secret> value = decode(raw_value);
    if (!value) return value.error();
    if (keyword->reveal() == "ssl" && value->reveal() == "true")  // as URLs for JDBC have it
      return out_.store("sslmode", Secret("require"), begin);
    return out_.store(keyword->reveal(), std::move(*value), begin);
  }

  const std::string_view text_;
  Collector& out_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Entries> parse_conninfo(std::string_view text, UnknownKeywords unknown) {
  if (const std::size_t nul = text.find('\0'); nul != text.npos)
    return refuse("bad_connection_string", "a connection string holds no NUL byte", nul);
  Collector collector(unknown);
  const Result<void> done = is_conninfo_uri(text) ? Uri(text, collector).read()
                                                  : Pairs(text, collector).read();
  if (!done) return done.error();
  return std::move(collector).finish();
}

}  // namespace pgiam
