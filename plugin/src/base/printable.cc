#include "base/printable.h"

namespace pgiam {

std::size_t control_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty()) return 0;
  if (byte(0) < ' ' || byte(0) == 127) return 1;
  return text.size() > 1 && byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0 ? 2 : 0;
}

std::string without_controls(std::string_view text, char instead) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = control_at(text);
    clean += size > 0 ? instead : text[0];
    text.remove_prefix(size > 0 ? size : 1);
  }
  return clean;
}

}  // namespace pgiam
