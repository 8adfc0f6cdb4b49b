#include "adapters/dns_message.h"

#include "base/text.h"

namespace pgiam::dns {
namespace {

constexpr std::size_t kLongestName = 255, kLongestLabel = 63;
constexpr unsigned kTypeA = 1, kTypeCname = 5, kTypeOpt = 41, kClassIn = 1;
constexpr unsigned kIsAnswer = 0x8000, kRecursionDesired = 0x0100, kTruncated = 0x0200;
constexpr unsigned kLongestEdnsAnswer = 1232;  // passes everywhere in one piece (dnsflagday.net/2020)

void put16(std::string& to, unsigned value) {
  to += static_cast<char>(value >> 8);
  to += static_cast<char>(value & 255);
}

bool put_name(std::string& to, std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kLongestName - 2) return false;
  for (const std::string_view label : split(name, '.')) {
    if (label.empty() || label.size() > kLongestLabel) return false;
    to += static_cast<char>(label.size());
    to += label;
  }
  to += '\0';
  return true;
}

// A message, from front to back. Each function says false where the message ends too early.
class Reader {
 public:
  explicit Reader(std::string_view message) : message_(message) {}

  bool read16(unsigned* value) {
    if (message_.size() - at_ < 2) return false;
    *value = byte(at_) << 8 | byte(at_ + 1);
    at_ += 2;
    return true;
  }
  bool skip(std::size_t count) {
    if (message_.size() - at_ < count) return false;
    at_ += count;
    return true;
  }
  std::size_t at() const { return at_; }
  void go_to(std::size_t at) { at_ = at; }

  // In lower case. Names go on elsewhere in the message: only ever further to its front, so there
  // is an end.
  bool read_name(std::string* name) {
    name->clear();
    std::size_t at = at_, front = at_;
    bool jumped = false;
    for (;;) {
      if (at >= message_.size()) return false;
      const unsigned length = byte(at);
      if (length >= 0xC0) {
        if (at + 1 >= message_.size()) return false;
        if (!jumped) at_ = at + 2;
        jumped = true;
        at = (length & 0x3F) << 8 | byte(at + 1);
        if (at >= front) return false;
        front = at;
        continue;
      }
      if (length > kLongestLabel || message_.size() - at - 1 < length) return false;
      at += 1 + length;
      if (length == 0) break;
      if (!name->empty()) *name += '.';
      *name += message_.substr(at - length, length);
      if (name->size() > kLongestName) return false;
    }
    if (!jumped) at_ = at;
    *name = to_lower(*name);
    return true;
  }

 private:
  unsigned byte(std::size_t at) const { return static_cast<unsigned char>(message_[at]); }

  const std::string_view message_;
  std::size_t at_ = 0;
};

struct Header {
  unsigned id = 0, flags = 0, questions = 0, answers = 0, authorities = 0, additions = 0;

  bool read(Reader& reader) {
    return reader.read16(&id) && reader.read16(&flags) && reader.read16(&questions) &&
           reader.read16(&answers) && reader.read16(&authorities) && reader.read16(&additions);
  }
};

struct DnsQuestion {
  std::string name;
  unsigned type = 0, in_class = 0;

  bool read(Reader& reader) {
    return reader.read_name(&name) && reader.read16(&type) && reader.read16(&in_class);
  }
  bool operator==(const DnsQuestion&) const = default;
};

bool read_record(Reader& reader, Answer& answer) {
  std::string owner, target;
  unsigned type = 0, in_class = 0, size = 0;
  if (!reader.read_name(&owner) || !reader.read16(&type) || !reader.read16(&in_class) ||
      !reader.skip(4) || !reader.read16(&size))
    return false;
  const std::size_t data = reader.at();
  if (!reader.skip(size)) return false;
  const std::size_t next = reader.at();
  answer.is_empty = false;
  answer.has_address = answer.has_address || type == kTypeA;
  reader.go_to(data);
  if (type == kTypeCname && reader.read_name(&target)) answer.cnames[owner] = target;
  reader.go_to(next);
  return true;
}

}  // namespace

bool is_name(std::string_view text) {
  std::string encoded;
  return put_name(encoded, text);
}

std::optional<std::string> address_query(std::string_view name, std::uint16_t id, bool edns) {
  std::string query;
  for (const unsigned field : {unsigned{id}, kRecursionDesired, 1u, 0u, 0u, edns ? 1u : 0u})
    put16(query, field);
  if (!put_name(query, name)) return std::nullopt;
  put16(query, kTypeA);
  put16(query, kClassIn);
  if (edns) {
    query += '\0';  // the root's name, as the form wants it
    for (const unsigned field : {kTypeOpt, kLongestEdnsAnswer, 0u, 0u, 0u}) put16(query, field);
  }
  return query;
}

std::optional<Answer> parse_answer(std::string_view message, std::string_view query) {
  Reader asking(query), reader(message);
  Header asked, header;
  DnsQuestion asked_question, question;
  if (!asked.read(asking) || !asked_question.read(asking)) return std::nullopt;
  if (!header.read(reader) || header.id != asked.id || (header.flags & kIsAnswer) == 0)
    return std::nullopt;
  Answer answer;
  answer.rcode = static_cast<Rcode>(header.flags & 15);
  answer.is_truncated = (header.flags & kTruncated) != 0;
  // Who cannot read the question may leave it out.
  if (header.questions == 0 && answer.rcode == Rcode::kFormatError) return answer;
  if (header.questions != 1 || !question.read(reader) || question != asked_question)
    return std::nullopt;
  for (unsigned i = 0; i < header.answers && read_record(reader, answer); ++i) {
  }
  return answer;
}

}  // namespace pgiam::dns
