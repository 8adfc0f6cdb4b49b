#include "dotenv.h"

#include <algorithm>
#include <optional>

namespace pgiam::keeper {
namespace {

using host::SecretText;

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kQuotes = "'\"`";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kPlainMarks = "-.~%:/@?=&[]+,";

bool consists_of(std::string_view text, std::initializer_list<std::string_view> sets) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return std::any_of(sets.begin(), sets.end(),
                       [c](std::string_view set) { return set.find(c) != set.npos; });
  });
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

// Places in the content.
struct Assignment {
  std::size_t start, value, value_end, end;  // the last is behind the line's end
};

// Goes from one assignment of the name to the next, past values in quotes that hold line breaks.
class Reader {
 public:
  Reader(std::string_view content, std::string_view name) : content_(content), name_(name) {}

  std::optional<Assignment> last() {
    std::optional<Assignment> found;
    while (at_ < content_.size()) {
      const std::size_t start = at_;
      const std::size_t stop = end_of_line(start);
      const auto [name, value] = split(content_.substr(start, stop - start));
      Assignment here{start, value, stop, next_line(stop)};
      if (value != kNone) {
        here.value += start;
        if (const auto quoted = end_of_quoted(here.value)) {
          ++here.value;
          here.value_end = *quoted;
          here.end = next_line(end_of_line(*quoted));
        }
        if (name == name_) found = here;
      }
      at_ = here.end;
    }
    return found;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Parts {
    std::string_view name;
    std::size_t value;  // where it begins; kNone: the line sets nothing
  };

  static Parts split(std::string_view line) {
    std::string_view rest = line;
    skip_blanks(rest);
    if (rest.starts_with("export ") || rest.starts_with("export\t")) {
      rest.remove_prefix(6);
      skip_blanks(rest);
    }
    const std::string_view name = rest.substr(0, rest.find_first_of(" \t=#"));
    rest.remove_prefix(name.size());
    skip_blanks(rest);
    if (name.empty() || !rest.starts_with('=')) return {name, kNone};
    rest.remove_prefix(1);
    skip_blanks(rest);
    return {name, line.size() - rest.size()};
  }

  // Where the quote closes that the value begins with, if nothing but a comment follows there.
  std::optional<std::size_t> end_of_quoted(std::size_t value) const {
    if (value == content_.size() || kQuotes.find(content_[value]) == kQuotes.npos)
      return std::nullopt;
    const std::string_view quote = content_.substr(value, 1);
    std::size_t at = value + 1;
    while (at < content_.size() && content_[at] != content_[value]) {
      const bool escapes = content_[at] == '\\' && content_.substr(at + 1, 1) == quote;
      at += escapes ? 2U : 1U;
    }
    if (at >= content_.size()) return std::nullopt;
    std::string_view rest = content_.substr(at + 1, end_of_line(at) - at - 1);
    skip_blanks(rest);
    return rest.empty() || rest.starts_with('#') ? std::optional(at) : std::nullopt;
  }

  std::size_t end_of_line(std::size_t from) const {
    const std::size_t end = std::min(content_.find('\n', from), content_.size());
    return end > from && end < content_.size() && content_[end - 1] == '\r' ? end - 1 : end;
  }
  std::size_t next_line(std::size_t from) const {
    return std::min(content_.find('\n', from), content_.size() - 1) + 1;
  }

  const std::string_view content_, name_;
  std::size_t at_ = 0;
};

std::string_view line_end_of(std::string_view content) {
  const std::size_t end = content.find('\n');
  return end != content.npos && end > 0 && content[end - 1] == '\r' ? "\r\n" : "\n";
}

}  // namespace

bool is_variable_name(std::string_view name) {
  return !name.empty() && consists_of(name.substr(0, 1), {kLetters}) &&
         consists_of(name, {kLetters, kDigits});
}

bool is_plain_in_dotenv(std::string_view value) {
  return consists_of(value, {kLetters, kDigits, kPlainMarks});
}

SecretText with_variable(std::string_view content, std::string_view name, std::string_view value) {
  SecretText result;
  if (const auto set = Reader(content, name).last()) {
    result.append(content.substr(0, set->value)).append(value);
    result.append(content.substr(set->value_end));
    return result;
  }
  const std::string_view end = line_end_of(content);
  result.append(content);
  if (!content.empty() && !content.ends_with('\n')) result.append(end);
  // systemd goes on with the next line where one ends in a backslash.
  if (content.ends_with('\\') || content.ends_with("\\\n")) result.append(end);
  result.append(name).append("=").append(value).append(end);
  return result;
}

SecretText without_variable(std::string_view content, std::string_view name,
                            std::string_view value) {
  const auto set = Reader(content, name).last();
  if (!set || content.substr(set->value, set->value_end - set->value) != value)
    return SecretText(content);
  SecretText result(content.substr(0, set->start));
  result.append(content.substr(set->end));
  return result;
}

}  // namespace pgiam::keeper
