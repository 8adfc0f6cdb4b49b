// XML as AWS's query protocol writes it: elements and their text, attributes that nobody reads. All
// else is refused: document types, entities of one's own, comments, sections of other kinds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgiam::aws {

class XmlTree;

// One of a tree's elements, or nothing: what is asked of nothing is nothing again. The tree
// outlives it.
class XmlElement {
 public:
  XmlElement() = default;

  explicit operator bool() const { return tree_ != nullptr; }
  std::string_view name() const;
  // Trimmed, entities decoded; "" of an element that holds others.
  std::string_view text() const;
  // The first child of that name.
  XmlElement child(std::string_view name) const;
  std::string_view text_of(std::string_view name) const { return child(name).text(); }
  // All children, whatever they are called: lists name theirs "member" or by their kind.
  std::vector<XmlElement> children() const;

 private:
  friend class XmlTree;
  XmlElement(const XmlTree* tree, std::uint32_t at) : tree_(tree), at_(at) {}

  const XmlTree* tree_ = nullptr;
  std::uint32_t at_ = 0;
};

class XmlTree {
 public:
  // Nothing where the text is not one whole element of that kind: also where it nests deeper than
  // 32, has more than 200,000 elements, or an entity names no character.
  static std::optional<XmlTree> parse(std::string_view document);

  XmlElement root() const { return {this, 0}; }

 private:
  friend class XmlElement;
  class Parser;
  struct Node {
    std::string name, text;
    std::vector<std::uint32_t> children;
  };

  std::vector<Node> nodes_;
};

}  // namespace pgiam::aws
