#include "userlist.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace pgiam::keeper {
namespace {

using host::SecretText;

// PgBouncer's MAX_USERNAME and MAX_PASSWORD (since 1.17): it stops reading at what is not shorter.
constexpr std::size_t kUserLimit = 128;
constexpr std::size_t kPasswordLimit = 2048;

// What stands between quotes, still with its quotes doubled. Both lie in the content.
struct Entry {
  std::string_view line;  // from its first quote to the end of the line, that included
  std::string_view user;
  std::string_view password;
};

struct Userlist {
  std::vector<Entry> entries;
  std::size_t broken_line = 0;  // from 1; 0: PgBouncer reads all of it
};

SecretText escaped(std::string_view text) {
  SecretText result;
  for (const char& c : text) result.append(c == '"' ? "\"\"" : std::string_view(&c, 1));
  return result;
}

// Reads as PgBouncer does. Quoted text may go over several lines.
class Reader {
 public:
  explicit Reader(std::string_view content) : content_(content) {}

  Userlist read() {
    Userlist list;
    while (skip_to_entry()) {
      const std::size_t start = at_;
      const auto user = take_quoted();
      at_ = std::min(content_.find('"', at_), content_.size());
      const auto password = user ? take_quoted() : std::nullopt;
      if (!password || user->size() >= kUserLimit || password->size() >= kPasswordLimit) {
        list.broken_line = line_of(start);
        break;
      }
      skip_line();
      list.entries.push_back({content_.substr(start, at_ - start), *user, *password});
    }
    return list;
  }

 private:
  bool skip_to_entry() {
    for (;;) {
      at_ = std::min(content_.find_first_not_of(" \t\n\v\f\r", at_), content_.size());
      if (at_ == content_.size() || content_[at_] != ';') return at_ < content_.size();
      skip_line();
    }
  }

  std::optional<std::string_view> take_quoted() {
    if (at_ == content_.size() || content_[at_] != '"') return std::nullopt;
    const std::size_t start = ++at_;
    for (;; at_ += 2) {
      at_ = content_.find('"', at_);
      if (at_ == content_.npos) return std::nullopt;
      if (content_.substr(at_, 2) == "\"\"") continue;
      return content_.substr(start, at_++ - start);
    }
  }

  void skip_line() { at_ = std::min(content_.find('\n', at_), content_.size() - 1) + 1; }

  std::size_t line_of(std::size_t place) const {
    const std::string_view above = content_.substr(0, place);
    return 1 + static_cast<std::size_t>(std::count(above.begin(), above.end(), '\n'));
  }

  const std::string_view content_;
  std::size_t at_ = 0;
};

std::optional<Entry> find_entry(std::string_view content, std::string_view user) {
  const SecretText name = escaped(user);
  std::optional<Entry> found;
  for (const Entry& entry : Reader(content).read().entries)
    if (entry.user == name.view()) found = entry;
  return found;
}

// What of `content` is before and behind a part of it.
std::string_view before(std::string_view content, std::string_view part) {
  return content.substr(0, static_cast<std::size_t>(part.data() - content.data()));
}
std::string_view behind(std::string_view content, std::string_view part) {
  return content.substr(before(content, part).size() + part.size());
}

std::string_view line_end_of(std::string_view content) {
  const std::size_t end = content.find('\n');
  return end != content.npos && end > 0 && content[end - 1] == '\r' ? "\r\n" : "\n";
}

}  // namespace

std::string why_not_in_userlist(std::string_view content, std::string_view user,
                                std::string_view password) {
  if (escaped(user).view().size() >= kUserLimit)
    return "PgBouncer takes no user name of " + std::to_string(kUserLimit) + " bytes or more";
  const std::size_t size = escaped(password).view().size();
  if (size >= kPasswordLimit)
    return "PgBouncer takes no password of " + std::to_string(kPasswordLimit) +
           " bytes or more, and this token has " + std::to_string(size);
  const std::size_t broken = Reader(content).read().broken_line;
  if (broken == 0) return "";
  return "PgBouncer reads no further than line " + std::to_string(broken) +
         ", which is no entry of the form \"user\" \"password\"";
}

SecretText with_user(std::string_view content, std::string_view user, std::string_view password) {
  const SecretText text = escaped(password);
  SecretText result;
  if (const auto entry = find_entry(content, user)) {
    result.append(before(content, entry->password)).append(text.view());
    result.append(behind(content, entry->password));
    return result;
  }
  const std::string_view end = line_end_of(content);
  result.append(content);
  if (!content.empty() && !content.ends_with('\n')) result.append(end);
  result.append("\"").append(escaped(user).view()).append("\" \"").append(text.view());
  result.append("\"").append(end);
  return result;
}

SecretText without_user(std::string_view content, std::string_view user,
                        std::string_view password) {
  const auto entry = find_entry(content, user);
  if (!entry || entry->password != escaped(password).view()) return SecretText(content);
  SecretText result(before(content, entry->line));
  result.append(behind(content, entry->line));
  return result;
}

}  // namespace pgiam::keeper
