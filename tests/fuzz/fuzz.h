// A fuzz target takes bytes and must survive them, whatever they are. Link with replay.cc for the
// short form (a corpus and a fixed number of mutations), with clang's libFuzzer for the long one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// For properties that must hold: aborts, which both drivers report with the input.
#define FUZZ_ASSERT(condition) \
  if (!(condition)) __builtin_trap()

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
