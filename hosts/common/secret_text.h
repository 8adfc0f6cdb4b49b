// Text that is wiped when it goes and leaves no copies behind while it grows.
#pragma once

#include <string.h>

#include <string>
#include <string_view>

namespace pgiam::host {

class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string_view text) { append(text); }
  SecretText(SecretText&& other) noexcept { text_.swap(other.text_); }
  SecretText& operator=(SecretText&& other) noexcept { return text_.swap(other.text_), *this; }
  ~SecretText() { explicit_bzero(text_.data(), text_.capacity()); }

  // So that so many bytes more need no other place.
  void reserve(std::size_t more) { make_room(more); }
  SecretText& append(std::string_view more) {
    make_room(more.size());
    text_.append(more);
    return *this;
  }
  SecretText& append(std::size_t count, char filler) {
    make_room(count);
    text_.append(count, filler);
    return *this;
  }
  // With a backslash before each of the special characters.
  SecretText& append_escaped(std::string_view more, const char* specials) {
    for (std::size_t special; (special = more.find_first_of(specials)) != more.npos;) {
      append(more.substr(0, special)).append("\\").append(more.substr(special, 1));
      more.remove_prefix(special + 1);
    }
    return append(more);
  }

  bool empty() const { return text_.empty(); }
  std::string_view view() const { return text_; }
  const char* c_str() const { return text_.c_str(); }

 private:
  // What is held is never inside the string object itself, where a move would copy it.
  void make_room(std::size_t more) {
    const std::size_t needed = text_.size() + more;
    const bool is_inside = text_.capacity() == std::string().capacity();
    if (needed == 0 || (needed <= text_.capacity() && !is_inside)) return;
    std::string roomier;
    roomier.reserve(2 * needed + 64);
    roomier.append(text_);
    explicit_bzero(text_.data(), text_.capacity());
    text_.swap(roomier);
  }

  std::string text_;
};

}  // namespace pgiam::host
