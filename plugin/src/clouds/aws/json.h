// JSON objects (RFC 8259), as the answers of AWS, the caches of the AWS CLI and credential
// processes hold them. All their memory is wiped when it is let go, since most of them hold
// secrets.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace pgiam::aws {

// A value: copies are deep. Names are looked up as written, else in any case, as the SDKs do.
class Json {
 public:
  Json();  // {}
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(Json other) noexcept;
  ~Json();

  // kBadResponse when the text is not one whole JSON object; the message says why, and quotes
  // nothing. Nesting beyond 32 and numbers that no double holds are refused.
  static Result<Json> parse(std::string_view text);

  bool has(std::string_view name) const;  // null is as good as nothing
  // Nothing where the member is absent or of another type. A view holds until the object changes.
  std::optional<std::string_view> text(std::string_view name) const;
  // The first of `names` that is there and is no text, "" where none is: nobody is to take it for
  // one that is absent.
  std::string_view no_text(std::initializer_list<std::string_view> names) const;
  // A number beyond 9e15, which no time in seconds or milliseconds is, is none.
  std::optional<std::int64_t> integer(std::string_view name) const;
  std::optional<Json> object(std::string_view name) const;

  // Replaces the member that `name` finds, else adds one; its place among the others stays.
  void set(std::string_view name, std::string_view value);
  void set(std::string_view name, std::int64_t value);
  void set(std::string_view name, const Json& value);
  void set(std::string_view name, const std::vector<std::string>& value);
  void remove(std::string_view name);

  // In one line; members in the order in which they were read or set.
  Secret serialize() const;

 private:
  struct Impl;
  explicit Json(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace pgiam::aws
