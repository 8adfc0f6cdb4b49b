// The border to C: no exception crosses it, and every failure becomes a status and, if wanted, an
// error object.
#pragma once

#include <cstring>
#include <exception>
#include <new>

#include "abi/handles.h"
#include "base/uncancellable.h"

namespace pgiam {

inline pgiam_status number_of(Status status) { return static_cast<pgiam_status>(status); }

// Writes the error where the caller wants it; when memory is out the status has to do.
pgiam_status fail(const Error& error, pgiam_error** out) noexcept;

template <typename Body>
pgiam_status guard(pgiam_error** error, Body body) noexcept {
  const Uncancellable to_its_end;
  try {
    const Result<void> result = body();
    return result ? PGIAM_OK : fail(result.error(), error);
  } catch (const std::bad_alloc&) {
    return PGIAM_E_NO_MEMORY;
  } catch (const std::exception& bug) {
    try {
      return fail(make_error(Status::kInternal, bug.what(), "please report this"), error);
    } catch (...) {
      return PGIAM_E_INTERNAL;
    }
  } catch (...) {
    return PGIAM_E_INTERNAL;
  }
}

[[gnu::cold]] inline Error invalid_argument(std::string what) {
  return make_error(Status::kInvalidArgument, std::move(what));
}

[[gnu::cold]] inline Error called_from_callback() {
  return make_error(Status::kInvalidState, "this function must not be called from a callback");
}

constexpr std::uint32_t kMostStructSize = 4096;  // no struct will grow so far: that is no size

// The caller's struct as today's: missing fields are zero, and fields of a later version must be.
// The structs grow by whole fields, which is why a size between two fields is refused. `copy` is
// all zeros before.
template <typename Struct>
Result<void> copy_in(const Struct* given, const char* name, Struct& copy) {
  constexpr std::size_t kLeast = 2 * sizeof(std::uint32_t);
  const std::size_t size = given->struct_size;
  if (size == sizeof copy) {  // as nearly all are
    copy = *given;
    return {};
  }
  if (size < kLeast || size > kMostStructSize || (size < sizeof copy && size % alignof(Struct) != 0))
    return invalid_argument(std::string(name) + ".struct_size is not set: use the _INIT macro");
  std::memcpy(&copy, given, size < sizeof copy ? size : sizeof copy);
  const char* bytes = reinterpret_cast<const char*>(given);
  for (std::size_t i = sizeof copy; i < size; ++i)
    if (bytes[i] != 0)
      return make_error(Status::kUnsupported,
                        std::string(name) + " has fields that this version does not know");
  copy.struct_size = sizeof copy;
  return {};
}

// Whether a caller's struct to be filled has a size that makes sense.
template <typename Struct>
bool can_be_filled(const Struct* out) {
  return out != nullptr && out->struct_size >= sizeof(std::uint32_t) &&
         out->struct_size <= kMostStructSize;
}

// As much of a filled struct as the caller has room for, and how much that is.
template <typename Struct>
void copy_out(const Struct& filled, Struct* out) {
  const std::uint32_t size =
      out->struct_size < sizeof filled ? out->struct_size : std::uint32_t{sizeof filled};
  std::memcpy(out, &filled, size);
  out->struct_size = size;
}

inline std::string_view view(const char* text) { return text == nullptr ? "" : text; }

}  // namespace pgiam
