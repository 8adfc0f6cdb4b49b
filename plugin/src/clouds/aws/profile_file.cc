#include "clouds/aws/profile_file.h"

#include <optional>

#include "base/text.h"

namespace pgiam::aws {
namespace {

constexpr std::string_view kBlank = " \t";
constexpr std::string_view kComment = "#;";

// Cuts a comment off: after white space, or anywhere where a section's bracket has closed.
std::string_view without_comment(std::string_view line, bool needs_blank) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (kComment.find(line[at]) == std::string_view::npos) continue;
    if (!needs_blank || (at > 0 && kBlank.find(line[at - 1]) != std::string_view::npos))
      return trim(line.substr(0, at));
  }
  return trim(line);
}

bool is_name(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!alphanumeric && std::string_view("-_/.%@:+").find(c) == std::string_view::npos)
      return false;
  }
  return true;
}

// A name as it stands in a header; quotes allow what the SDKs refuse and boto3 takes.
std::optional<std::string_view> parse_name(std::string_view text) {
  text = trim(text);
  if (text.size() > 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0])
    return text.substr(1, text.size() - 2);
  if (!is_name(text)) return std::nullopt;
  return text;
}

// What follows `word` and white space, or nothing.
std::optional<std::string_view> after_word(std::string_view text, std::string_view word) {
  if (!text.starts_with(word)) return std::nullopt;
  text.remove_prefix(word.size());
  if (text.empty() || kBlank.find(text[0]) == std::string_view::npos) return std::nullopt;
  return trim(text);
}

class Parser {
 public:
  Parser(ProfileFileKind kind, const std::string& path) : kind_(kind), path_(path) {}

  Result<ProfileFile> parse(std::string_view text) {
    constexpr std::string_view kBom = "\xEF\xBB\xBF";
    if (text.starts_with(kBom)) text.remove_prefix(kBom.size());
    for (std::string_view line : split(text, '\n')) {
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (auto parsed = parse_line(line); !parsed) return parsed.error();
    }
    if (has_prefixed_default_) file_.profiles["default"] = std::move(prefixed_default_);
    return std::move(file_);
  }

 private:
  Result<void> parse_line(std::string_view line) {
    const std::string_view text = trim(line);
    if (text.empty() || kComment.find(text[0]) != std::string_view::npos) return {};
    if (line[0] == '[') return parse_header(line);
    if (kBlank.find(line[0]) != std::string_view::npos) return parse_continuation(line);
    return parse_property(line);
  }

  Result<void> parse_header(std::string_view line) {
    const auto close = line.find(']');
    const auto first_comment = line.find_first_of(kComment);
    if (close == std::string_view::npos || first_comment < close)
      return complain("a section's name must end with ']'");
    if (!without_comment(line.substr(close + 1), false).empty())
      return complain("there is something behind the ']'");
    in_section_ = true;
    in_property_ = false;
    section_ = find_section(trim(line.substr(1, close - 1)));
    return {};
  }

  // Null for a section that is to be skipped.
  Section* find_section(std::string_view header) {
    if (kind_ == ProfileFileKind::kCredentials) {
      const auto name = parse_name(header);
      return name ? &file_.profiles[std::string(*name)] : nullptr;
    }
    if (header == "default") return &file_.profiles["default"];
    if (const auto text = after_word(header, "profile")) {
      const auto name = parse_name(*text);
      if (!name) return nullptr;
      if (*name != "default") return &file_.profiles[std::string(*name)];
      has_prefixed_default_ = true;  // it replaces a [default] as a whole
      return &prefixed_default_;
    }
    for (auto [word, sections] :
         {std::pair{"sso-session", &file_.sso_sessions}, std::pair{"services", &file_.services}}) {
      if (const auto text = after_word(header, word)) {
        const auto name = parse_name(*text);
        return name ? &(*sections)[std::string(*name)] : nullptr;
      }
    }
    return nullptr;
  }

  Result<void> parse_property(std::string_view line) {
    if (!in_section_) return complain("a property stands before the first section");
    line = without_comment(line, true);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return complain("a property needs a '='");
    const std::string key = to_lower(trim(line.substr(0, equals)));
    if (key.empty()) return complain("a property needs a name before its '='");
    Property property{
        Secret(trim(line.substr(equals + 1))), {}, here(), kind_ == ProfileFileKind::kCredentials};
    in_property_ = true;
    current_ = nullptr;
    if (section_ == nullptr || !is_name(key)) return {};
    current_ = &((*section_)[key] = std::move(property));
    return {};
  }

  Result<void> parse_continuation(std::string_view line) {
    if (!in_section_ || !in_property_)
      return complain("an indented line has no property before it to go on with");
    line = trim(line);
    if (current_ == nullptr) return {};
    if (!current_->value.empty() && current_->nested.empty()) {
      std::string joined(current_->value.reveal());
      const WipeAtExit wipe_joined(joined);
      joined.append(1, '\n').append(line);
      current_->value = Secret(joined);
      return {};
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return complain("a sub-property needs a '='");
    const std::string key = to_lower(trim(line.substr(0, equals)));
    if (key.empty()) return complain("a sub-property needs a name before its '='");
    current_->nested[key] = std::string(trim(line.substr(equals + 1)));
    return {};
  }

  std::string here() const { return path_ + ":" + std::to_string(line_); }

  Error complain(std::string_view what) const {
    return make_error(Status::kBadConfig, here() + ": " + std::string(what),
                      "correct line " + std::to_string(line_) + " of " + path_);
  }

  const ProfileFileKind kind_;
  const std::string& path_;
  ProfileFile file_;
  Section prefixed_default_;
  bool has_prefixed_default_ = false;
  int line_ = 0;
  bool in_section_ = false;
  bool in_property_ = false;
  Section* section_ = nullptr;   // null: what follows is skipped
  Property* current_ = nullptr;  // what an indented line goes on with; null: skipped
};

}  // namespace

Result<ProfileFile> parse_profile_file(std::string_view text, ProfileFileKind kind,
                                       const std::string& path) {
  return Parser(kind, path).parse(text);
}

void merge_sections(Sections& under, Sections&& over) {
  for (auto& [name, section] : over)
    for (auto& [key, property] : section) under[name][key] = std::move(property);
}

std::string_view property(const Section& section, std::string_view key) {
  const auto found = section.find(key);
  return found == section.end() ? std::string_view{} : found->second.value.reveal();
}

}  // namespace pgiam::aws
