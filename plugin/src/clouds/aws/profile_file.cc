#include "clouds/aws/profile_file.h"

#include "base/text.h"
#include "clouds/aws/profile_text.h"

namespace pgiam::aws {
namespace {

constexpr std::string_view kComment = "#;";
// More has no file that anybody wrote: what is kept of a file must not be many times its size.
constexpr std::size_t kMostSkipped = 100, kMostInherited = 100'000;

// Cuts a comment off, which begins after white space.
std::string_view without_comment(std::string_view value) {
  for (std::size_t at = 1; at < value.size(); ++at) {
    if (kComment.find(value[at]) == std::string_view::npos) continue;
    if (value[at - 1] == ' ' || value[at - 1] == '\t') return strip(value.substr(0, at));
  }
  return strip(value);
}

// The bracket that closes a header. One that stands right before more of it is part of the name;
// what stands behind it is a comment, whether it looks like one or not.
std::size_t end_of_name(std::string_view header) {
  const auto last = header.rfind(']');
  for (auto close = header.find(']'); close != last; close = header.find(']', close + 1))
    if (std::string_view(" \t#;").find(header[close + 1]) != std::string_view::npos) return close;
  return last;
}

bool is_key(std::string_view text) {
  for (char c : text) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!alphanumeric && std::string_view("-_/.%@:+").find(c) == std::string_view::npos)
      return false;
  }
  return true;
}

// A name in the credentials file: all of the header.
std::string unquoted(std::string_view name) {
  if (name.size() > 2 && (name[0] == '"' || name[0] == '\'') && name.back() == name[0])
    return std::string(name.substr(1, name.size() - 2));
  return std::string(name);
}

constexpr std::string_view kKeyId = "aws_access_key_id";

void drop_key(Section& section) {
  for (const std::string_view part :
       {kKeyId, std::string_view("aws_secret_access_key"), std::string_view("aws_session_token"),
        std::string_view("aws_security_token"), std::string_view("aws_credential_expiration"),
        std::string_view("x_security_token_expires")})
    if (const auto found = section.find(part); found != section.end()) section.erase(found);
}

class Parser {
 public:
  Parser(ProfileFileKind kind, const std::string& path) : kind_(kind), path_(path) {}
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() { wipe(joined_); }

  ProfileFile parse(std::string_view text) {
    for (const std::string_view line : lines_of(text)) {
      ++line_;
      parse_line(line);
    }
    finish_value();
    if (has_prefixed_default_) file_.profiles["default"] = std::move(prefixed_default_);
    for (Sections* sections : {&file_.profiles, &file_.sso_sessions, &file_.services})
      if (sections->size() * defaults_.size() <= kMostInherited)
        for (auto& [name, section] : *sections) section.insert(defaults_.begin(), defaults_.end());
    return std::move(file_);
  }

 private:
  void parse_line(std::string_view line) {
    const std::string_view text = strip(line);
    if (text.empty()) ++blank_lines_;
    if (text.empty() || kComment.find(text[0]) != std::string_view::npos) return;
    const std::size_t indent = indent_of(line);
    if (in_property_ && indent > indent_) return parse_continuation(text);
    indent_ = indent;
    in_property_ = false;
    finish_value();
    const bool is_property = text.find_first_of("=:") != std::string_view::npos;
    if (text[0] == '[' && (!is_property || text.find(']') != std::string_view::npos))
      return parse_header(text);
    parse_property(text);
  }

  void parse_header(std::string_view text) {
    const auto close = end_of_name(text);
    in_section_ = true;
    section_ = nullptr;
    profile_.clear();
    if (close == std::string_view::npos)
      return skip("a section's name must end with ']'", text.substr(1));
    const std::string_view header = strip(text.substr(1, close - 1));
    // Of all sections, for Python's parser and so for the AWS CLI's.
    section_ = header == "DEFAULT" ? &defaults_ : find_section(header);
  }

  // Null for a section that is to be skipped.
  Section* find_section(std::string_view header) {
    if (kind_ == ProfileFileKind::kCredentials) {
      if (header.starts_with("profile "))
        skip("in this file a profile's header is its name, without the word profile", header);
      return profile(unquoted(header));
    }
    if (header == "default") return profile("default");
    if (header.starts_with("profile")) {
      const auto name = name_behind_word(header);
      if (!name) return nullptr;
      if (*name != "default") return profile(*name);
      profile_ = *name;
      has_prefixed_default_ = true;  // it replaces a [default] as a whole
      return &prefixed_default_;
    }
    for (auto [word, sections] :
         {std::pair{"sso-session", &file_.sso_sessions}, std::pair{"services", &file_.services}}) {
      if (!header.starts_with(word)) continue;
      const auto name = name_behind_word(header);
      return name ? &(*sections)[*name] : nullptr;
    }
    skip("in this file a profile's header is [profile NAME]", header);
    return nullptr;
  }

  Section* profile(std::string name) {
    profile_ = std::move(name);
    return &file_.profiles[profile_];
  }

  std::optional<std::string> name_behind_word(std::string_view header) {
    const auto words = shell_split(header);
    if (words && words->size() == 2) return words->back();
    skip(!words              ? "a quote in this header does not end"
         : words->size() > 2 ? "a name with blanks needs quotes: [profile \"MY NAME\"]"
                             : "a blank and a name must follow the first word of this header",
         header);
    return std::nullopt;
  }

  void parse_property(std::string_view text) {
    const auto separator = text.find_first_of("=:");
    if (separator == std::string_view::npos) return complain("a property needs a '='");
    const std::string key = to_lower(strip(text.substr(0, separator)));
    if (key.empty()) return complain("a property needs a name before its '='");
    // "export AWS_…", "set AWS_…", "$Env:AWS_…"
    const bool is_for_shell =
        !is_key(key) && (key[0] == '$' || key.find("aws_") != std::string::npos);
    if (is_for_shell)
      skip("this is for a shell; here it is NAME = VALUE, without export", profile_);
    else if (!in_section_)
      complain("a property stands before the first section");
    if (!in_section_) return;
    Property property{Secret(without_comment(text.substr(separator + 1))),
                      {},
                      here(),
                      kind_ == ProfileFileKind::kCredentials};
    in_property_ = true;
    blank_lines_ = 0;
    current_ = nullptr;
    if (section_ == nullptr || !is_key(key)) return;
    current_ = &((*section_)[key] = std::move(property));
  }

  void parse_continuation(std::string_view line) {
    if (current_ == nullptr) return;
    if (!current_->value.empty() && current_->nested.empty()) {
      if (joined_.empty()) join(current_->value.reveal());
      join(std::string(1 + blank_lines_, '\n'));
      join(line);
      blank_lines_ = 0;
      return;
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return complain("a sub-property needs a '='");
    const std::string key = to_lower(strip(line.substr(0, equals)));
    if (key.empty()) return complain("a sub-property needs a name before its '='");
    current_->nested[key] = std::string(strip(line.substr(equals + 1)));
  }

  // A value of many lines grows here, twice as large each time, and becomes one when it ends: so
  // that time goes with the length, and nothing of it is left behind.
  void join(std::string_view text) {
    if (joined_.size() + text.size() > joined_.capacity()) {
      std::string larger;
      larger.reserve(2 * (joined_.size() + text.size()));
      larger += joined_;
      wipe(joined_);
      joined_.swap(larger);
    }
    joined_ += text;
  }

  void finish_value() {
    if (joined_.empty()) return;
    current_->value = Secret(joined_);
    wipe(joined_);
  }

  std::string here() const { return path_ + ":" + std::to_string(line_); }

  void skip(std::string why, std::string_view header = {}) {
    if (file_.skipped.size() < kMostSkipped)
      file_.skipped.push_back({here(), std::move(why), std::string(header)});
  }

  // Of a line that nobody can read. In a section that does not count, neither does it.
  void complain(std::string why) {
    if (!profile_.empty())
      file_.malformed.try_emplace(profile_, SkippedLine{here(), std::move(why), ""});
    else if (!in_section_ || section_ != nullptr)
      skip(std::move(why));
  }

  const ProfileFileKind kind_;
  const std::string& path_;
  ProfileFile file_;
  Section prefixed_default_;
  bool has_prefixed_default_ = false;
  Section defaults_;
  int line_ = 0;
  bool in_section_ = false;
  Section* section_ = nullptr;  // null: what follows is skipped
  std::string profile_;         // whose section it is, "" for one of another kind
  bool in_property_ = false;    // deeper lines go on with it
  std::size_t indent_ = 0;      // its
  std::size_t blank_lines_ = 0;
  Property* current_ = nullptr;  // null: it is skipped
  std::string joined_;           // its value, once it has more than one line
};

}  // namespace

ProfileFile parse_profile_file(std::string_view text, ProfileFileKind kind,
                               const std::string& path) {
  return Parser(kind, path).parse(text);
}

void merge_profiles(Sections& config, Sections&& credentials) {
  for (auto& [name, over] : credentials) {
    Section& under = config[name];
    if (over.contains(kKeyId))
      drop_key(under);
    else if (under.contains(kKeyId))
      drop_key(over);
    for (auto& [key, property] : over) under[key] = std::move(property);
  }
}

std::string_view property(const Section& section, std::string_view key) {
  const auto found = section.find(key);
  return found == section.end() ? std::string_view{} : found->second.value.reveal();
}

}  // namespace pgiam::aws
