// Text that must not outlive its use: wiped when it goes, and read only by saying so.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace pgiam {

// Overwrites memory in a way the compiler may not remove.
void wipe(void* memory, std::size_t size) noexcept;
// Overwrites the whole capacity: a shortened string keeps old bytes behind its end.
void wipe(std::string& text) noexcept;
// Room in a text that is secret, and text behind it: what it gives back as it grows is wiped.
void reserve_wiping(std::string& text, std::size_t room);
void append_wiping(std::string& text, std::string_view more);

// Wipes a scratch string when the scope ends, also by an exception.
class WipeAtExit {
 public:
  explicit WipeAtExit(std::string& text) : text_(text) {}
  WipeAtExit(const WipeAtExit&) = delete;
  WipeAtExit& operator=(const WipeAtExit&) = delete;
  ~WipeAtExit() { wipe(text_); }

 private:
  std::string& text_;
};

// NUL-terminated, on the heap at a place of its own: a move leaves no copy behind, as std::string
// with its small buffer would.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  Secret(const Secret& other) : Secret(other.reveal()) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret other) noexcept;
  ~Secret();

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  // The word one has to say. What is made of the view is the caller's to wipe.
  std::string_view reveal() const { return {bytes_ ? bytes_.get() : "", size_}; }
  const char* reveal_c_str() const { return bytes_ ? bytes_.get() : ""; }

 private:
  friend class SecretBuilder;
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

// A secret that is put together where it will stay, so that there is no scratch to wipe.
class SecretBuilder {
 public:
  // Room for so many bytes.
  explicit SecretBuilder(std::size_t room);
  // std::length_error where there is no room for it.
  SecretBuilder& operator+=(std::string_view text) {
    if (text.size() > room_ - secret_.size_) fail();
    text.copy(secret_.bytes_.get() + secret_.size_, text.size());
    secret_.size_ += text.size();
    return *this;
  }
  std::string_view reveal() const { return secret_.reveal(); }
  Secret finish() &&;

 private:
  [[noreturn]] static void fail();

  Secret secret_;
  const std::size_t room_;
};

}  // namespace pgiam
