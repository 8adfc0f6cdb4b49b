#include "clouds/aws/json.h"

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <cmath>
#include <memory>

#include "base/text.h"

namespace pgiam::aws {
namespace {

class WipingMemory final : public boost::json::memory_resource {
  // Boost.JSON asks for no more than the alignment that every allocation has, and does not always
  // name the same one when it gives back.
  void* do_allocate(std::size_t size, std::size_t) override { return ::operator new(size); }
  void do_deallocate(void* memory, std::size_t size, std::size_t) override {
    wipe(memory, size);
    ::operator delete(memory);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

// Never destroyed: threads outlive main. Without a lock, which a child could inherit locked.
WipingMemory& wiping_memory() {
  static constinit std::atomic<WipingMemory*> kept{nullptr};
  if (auto* memory = kept.load(std::memory_order_acquire)) return *memory;
  auto mine = std::make_unique<WipingMemory>();
  WipingMemory* first = nullptr;
  return kept.compare_exchange_strong(first, mine.get()) ? *mine.release() : *first;
}

// Whether a number in it lies beyond what a double holds: 10e430 would be read as infinity. The
// parser's limit of nesting holds here, too.
bool holds_infinity(const boost::json::value& value) {
  if (const double* number = value.if_double()) return !std::isfinite(*number);
  if (const auto* array = value.if_array()) return std::ranges::any_of(*array, holds_infinity);
  const auto* object = value.if_object();
  return object != nullptr && std::ranges::any_of(*object, [](const auto& member) {
    return holds_infinity(member.value());
  });
}

}  // namespace

struct Json::Impl {
  Impl() : object(&wiping_memory()) {}
  explicit Impl(const boost::json::object& other) : object(other, &wiping_memory()) {}

  boost::json::object object;

  const boost::json::value* find(std::string_view name) const {
    if (const auto* exact = object.if_contains(name)) return exact;
    for (const auto& member : object)
      if (equals_ignore_case(member.key(), name)) return &member.value();
    return nullptr;
  }
  void set(std::string_view name, boost::json::value value) {
    if (const auto* known = find(name))
      *const_cast<boost::json::value*>(known) = std::move(value);
    else
      object.emplace(name, std::move(value));
  }
};

Json::Json() : impl_(std::make_unique<Impl>()) {}
Json::Json(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Json::Json(const Json& other) : impl_(std::make_unique<Impl>(other.impl_->object)) {}
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(Json other) noexcept {
  impl_.swap(other.impl_);
  return *this;
}
Json::~Json() = default;

Result<Json> Json::parse(std::string_view text) {
  boost::json::error_code error;
  boost::json::stream_parser parser(&wiping_memory());
  parser.reset(&wiping_memory());
  parser.write(text, error);
  if (!error) parser.finish(error);
  if (error) return make_error(Status::kBadResponse, "not JSON: " + error.message());
  auto value = parser.release();
  if (holds_infinity(value))
    return make_error(Status::kBadResponse, "not JSON: a number is too large");
  if (!value.is_object()) return make_error(Status::kBadResponse, "not a JSON object");
  auto impl = std::make_unique<Impl>();
  impl->object = std::move(value.as_object());
  return Json(std::move(impl));
}

bool Json::has(std::string_view name) const {
  const auto* value = impl_->find(name);
  return value != nullptr && !value->is_null();
}

std::optional<std::string_view> Json::text(std::string_view name) const {
  const auto* value = impl_->find(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::string_view Json::no_text(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names)
    if (has(name) && !text(name)) return name;
  return {};
}

std::optional<std::int64_t> Json::integer(std::string_view name) const {
  const auto* value = impl_->find(name);
  if (value == nullptr) return std::nullopt;
  // "1.0", "1.7e9": a number that AWS calls an integer
  const bool is_number = value->is_int64() || value->is_double();
  const double number = is_number ? value->to_number<double>() : 0;
  if (!is_number || !(std::fabs(number) < 9e15) || number != std::floor(number))
    return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<Json> Json::object(std::string_view name) const {
  const auto* value = impl_->find(name);
  if (value == nullptr || !value->is_object()) return std::nullopt;
  return Json(std::make_unique<Impl>(value->get_object()));
}

void Json::set(std::string_view name, std::string_view value) {
  impl_->set(name, boost::json::value(value, &wiping_memory()));
}
void Json::set(std::string_view name, std::int64_t value) {
  impl_->set(name, boost::json::value(value, &wiping_memory()));
}
void Json::set(std::string_view name, const Json& value) {
  impl_->set(name, boost::json::value(value.impl_->object, &wiping_memory()));
}
void Json::set(std::string_view name, const std::vector<std::string>& value) {
  impl_->set(name, boost::json::array(value.begin(), value.end(), &wiping_memory()));
}
void Json::remove(std::string_view name) {
  const auto* known = impl_->find(name);
  if (known == nullptr) return;
  for (auto member = impl_->object.begin(); member != impl_->object.end(); ++member)
    if (&member->value() == known) {
      impl_->object.stable_erase(member);
      return;
    }
}

Secret Json::serialize() const {
  constexpr std::size_t kUsual = 8192;  // no reallocation, which would leave a copy behind
  std::string text;
  const WipeAtExit wipe_text(text);
  text.reserve(kUsual);
  boost::json::serializer serializer;
  serializer.reset(&impl_->object);
  char buffer[BOOST_JSON_STACK_BUFFER_SIZE];
  while (!serializer.done()) text += std::string_view(serializer.read(buffer));
  wipe(buffer, sizeof buffer);
  return Secret(text);
}

}  // namespace pgiam::aws
