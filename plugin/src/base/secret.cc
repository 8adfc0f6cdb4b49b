#include "base/secret.h"

#include <string.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace pgiam {

void wipe(void* memory, std::size_t size) noexcept {
  if (size != 0) explicit_bzero(memory, size);
}

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  wipe(text.data(), text.size());
  text.clear();
}

void reserve_wiping(std::string& text, std::size_t room) {
  if (room <= text.capacity()) return;
  std::string larger;
  larger.reserve(std::max(2 * text.capacity(), room));
  larger += text;
  wipe(text);
  text.swap(larger);
}

void append_wiping(std::string& text, std::string_view more) {
  reserve_wiping(text, text.size() + more.size());
  text += more;
}

Secret::Secret(std::string_view text) : size_(text.size()) {
  if (text.empty()) return;
  bytes_.reset(new char[size_ + 1]);
  text.copy(bytes_.get(), size_);
  bytes_[size_] = '\0';
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  return *this;
}

Secret::~Secret() {
  if (bytes_) wipe(bytes_.get(), size_);
}

SecretBuilder::SecretBuilder(std::size_t room) : room_(room) {
  secret_.bytes_.reset(new char[room + 1]);
}

void SecretBuilder::fail() { throw std::length_error("no room in a secret"); }

Secret SecretBuilder::finish() && {
  secret_.bytes_[secret_.size_] = '\0';
  return std::move(secret_);
}

}  // namespace pgiam
