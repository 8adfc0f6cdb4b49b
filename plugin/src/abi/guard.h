// The border to C: no exception crosses it, and every failure becomes a status and, if wanted, an
// error object.
#pragma once

#include <cstring>
#include <exception>
#include <new>

#include "abi/handles.h"
#include "base/crypto.h"
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
  } catch (const NoCrypto& missing) {
    return fail(missing.error(), error);
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
// The structs grow by whole fields, which is why a size between two fields is refused. It is read
// where it lies, if it has today's size.
template <typename Struct>
class Given {
 public:
  Result<void> read(const Struct* given, const char* name) {
    given_ = given;
    if (given->struct_size == sizeof(Struct)) return {};
    return convert(given, name);
  }
  const Struct& operator*() const { return *given_; }
  const Struct* operator->() const { return given_; }

 private:
  [[gnu::cold]] Result<void> convert(const Struct* given, const char* name) {
    constexpr std::size_t kLeast = 2 * sizeof(std::uint32_t);
    const std::size_t size = given->struct_size;
    if (size < kLeast || size > kMostStructSize || (size < sizeof(Struct) && size % alignof(Struct) != 0))
      return invalid_argument(std::string(name) + ".struct_size is not set: use the _INIT macro");
    const char* bytes = reinterpret_cast<const char*>(given);
    for (std::size_t i = sizeof(Struct); i < size; ++i)
      if (bytes[i] != 0)
        return make_error(Status::kUnsupported,
                          std::string(name) + " has fields that this version does not know");
    std::memset(&copy_, 0, sizeof copy_);
    std::memcpy(&copy_, given, size < sizeof copy_ ? size : sizeof copy_);
    copy_.struct_size = sizeof copy_;
    given_ = &copy_;
    return {};
  }

  const Struct* given_ = nullptr;
  Struct copy_;  // of one of another size
};

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
