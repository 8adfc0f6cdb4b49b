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

  SecretText& append(std::string_view more) {
    if (text_.size() + more.size() > text_.capacity()) grow(text_.size() + more.size());
    text_.append(more);
    return *this;
  }
  SecretText& append(std::size_t count, char filler) {
    if (text_.size() + count > text_.capacity()) grow(text_.size() + count);
    text_.append(count, filler);
    return *this;
  }

  bool empty() const { return text_.empty(); }
  std::string_view view() const { return text_; }
  const char* c_str() const { return text_.c_str(); }

 private:
  void grow(std::size_t needed) {
    std::string roomier;
    roomier.reserve(2 * needed + 64);  // never inside the string object, where a swap would copy it
    roomier.append(text_);
    explicit_bzero(text_.data(), text_.capacity());
    text_.swap(roomier);
  }

  std::string text_;
};

}  // namespace pgiam::host
