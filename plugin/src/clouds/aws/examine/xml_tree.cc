#include "clouds/aws/examine/xml_tree.h"

#include <charconv>
#include <utility>

#include "base/text.h"

namespace pgiam::aws {
namespace {

constexpr std::size_t kDeepest = 32, kMostElements = 200'000, kLongestEntity = 8;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

void append_utf8(std::string& text, std::uint32_t code) {
  const auto tail = [&](int shift) {
    text += static_cast<char>(0x80 | ((code >> shift) & 0x3f));
  };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | (code >> 12));
    tail(6), tail(0);
  } else {
    text += static_cast<char>(0xf0 | (code >> 18));
    tail(12), tail(6), tail(0);
  }
}

// "amp", "#x2F", "#233": what XML itself knows, and nothing that a document declares.
bool append_entity(std::string& text, std::string_view entity) {
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [name, character] : kNamed)
    if (entity == name) return text += character, true;
  if (!entity.starts_with('#')) return false;
  entity.remove_prefix(1);
  const bool is_hex = entity.starts_with('x');
  if (is_hex) entity.remove_prefix(1);
  std::uint32_t code = 0;
  const char* const end = entity.data() + entity.size();
  const auto [stop, error] = std::from_chars(entity.data(), end, code, is_hex ? 16 : 10);
  if (error != std::errc{} || stop != end || code == 0 || code > 0x10ffff) return false;
  if (code >= 0xd800 && code <= 0xdfff) return false;
  append_utf8(text, code);
  return true;
}

}  // namespace

class XmlTree::Parser {
 public:
  Parser(std::string_view document, std::vector<Node>& nodes) : rest_(document), nodes_(nodes) {}

  bool parse() {
    skip_blanks();
    if (rest_.starts_with("<?xml") && !skip_declaration()) return false;
    skip_blanks();
    if (!rest_.starts_with('<') || !open()) return false;
    while (!open_.empty())
      if (!step()) return false;
    skip_blanks();
    return rest_.empty();
  }

 private:
  bool skip_declaration() {
    const auto end = rest_.find("?>");
    if (end == rest_.npos || rest_.find('<', 1) < end) return false;
    rest_.remove_prefix(end + 2);
    return true;
  }

  // Text, and then a tag.
  bool step() {
    Node& inner = nodes_[open_.back()];
    const auto tag = rest_.find('<');
    if (tag == rest_.npos || !take_text(inner.text, rest_.substr(0, tag))) return false;
    rest_.remove_prefix(tag);
    return rest_.starts_with("</") ? close() : open();
  }

  bool take_text(std::string& text, std::string_view raw) {
    while (!raw.empty()) {
      const auto at = raw.find('&');
      text += raw.substr(0, at);
      if (at == raw.npos) break;
      raw.remove_prefix(at + 1);
      const auto end = raw.substr(0, kLongestEntity + 1).find(';');
      if (end == raw.npos || !append_entity(text, raw.substr(0, end))) return false;
      raw.remove_prefix(end + 1);
    }
    return true;
  }

  std::string_view take_name() {
    std::size_t size = 0;
    if (!rest_.empty() && is_letter(rest_[0]))
      while (size < rest_.size() && is_name(rest_[size])) ++size;
    const std::string_view name = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return name;
  }

  // <name attribute="value"> or <name/>
  bool open() {
    rest_.remove_prefix(1);
    const std::string_view name = take_name();
    if (name.empty() || open_.size() >= kDeepest || nodes_.size() >= kMostElements) return false;
    const auto at = static_cast<std::uint32_t>(nodes_.size());
    if (!open_.empty()) nodes_[open_.back()].children.push_back(at);
    nodes_.push_back({std::string(name), {}, {}});
    open_.push_back(at);
    while (true) {
      const bool is_apart = skip_blanks();
      if (rest_.starts_with('>')) return rest_.remove_prefix(1), true;
      if (rest_.starts_with("/>")) return rest_.remove_prefix(2), end_element(), true;
      if (!is_apart || !skip_attribute()) return false;
    }
  }

  bool skip_attribute() {
    if (take_name().empty() || !rest_.starts_with('=')) return false;
    rest_.remove_prefix(1);
    if (rest_.empty() || (rest_[0] != '"' && rest_[0] != '\'')) return false;
    const auto end = rest_.find(rest_[0], 1);
    if (end == rest_.npos || rest_.substr(0, end).find('<') != rest_.npos) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool close() {
    rest_.remove_prefix(2);
    if (take_name() != nodes_[open_.back()].name) return false;
    skip_blanks();
    if (!rest_.starts_with('>')) return false;
    rest_.remove_prefix(1);
    end_element();
    return true;
  }

  void end_element() {
    Node& node = nodes_[open_.back()];
    node.text = node.children.empty() ? std::string(trim(node.text)) : "";
    open_.pop_back();
  }

  bool skip_blanks() {
    std::size_t size = 0;
    while (size < rest_.size() && is_blank(rest_[size])) ++size;
    rest_.remove_prefix(size);
    return size > 0;
  }

  std::string_view rest_;
  std::vector<Node>& nodes_;
  std::vector<std::uint32_t> open_;
};

std::optional<XmlTree> XmlTree::parse(std::string_view document) {
  XmlTree tree;
  if (!Parser(document, tree.nodes_).parse()) return std::nullopt;
  return tree;
}

std::string_view XmlElement::name() const {
  return tree_ == nullptr ? std::string_view() : tree_->nodes_[at_].name;
}

std::string_view XmlElement::text() const {
  return tree_ == nullptr ? std::string_view() : tree_->nodes_[at_].text;
}

XmlElement XmlElement::child(std::string_view name) const {
  if (tree_ != nullptr)
    for (std::uint32_t at : tree_->nodes_[at_].children)
      if (tree_->nodes_[at].name == name) return {tree_, at};
  return {};
}

std::vector<XmlElement> XmlElement::children() const {
  std::vector<XmlElement> list;
  if (tree_ != nullptr)
    for (std::uint32_t at : tree_->nodes_[at_].children) list.push_back({tree_, at});
  return list;
}

}  // namespace pgiam::aws
