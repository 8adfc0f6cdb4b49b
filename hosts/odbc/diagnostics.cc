#include "diagnostics.h"

#include <pthread.h>

#include <atomic>
#include <unordered_map>

namespace pgiam::odbc {
namespace {

constexpr std::string_view kPrefix = "[pgiam] ";
constexpr std::size_t kLongest = 500;

// Held across fork(), so that a child never finds it locked by a thread that it does not have.
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
std::atomic<std::size_t> count = 0;
using Table = std::unordered_map<SQLHANDLE, std::shared_ptr<const Diagnostics>>;

Table& table() {
  static Table& made = []() -> Table& {
    pthread_atfork([] { pthread_mutex_lock(&mutex); }, [] { pthread_mutex_unlock(&mutex); },
                   [] { pthread_mutex_unlock(&mutex); });
    return *new Table;  // never destroyed: programs disconnect while they exit
  }();
  return made;
}

class Lock {
 public:
  Lock() { pthread_mutex_lock(&mutex); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { pthread_mutex_unlock(&mutex); }
};

// Where a record ends: at a line's end if one is near, never inside a character.
std::size_t end_of_record(std::string_view text) {
  const std::size_t room = kLongest - kPrefix.size();
  if (text.size() <= room) return text.size();
  const std::size_t line = text.rfind('\n', room);
  if (line != text.npos && line > 0) return line;
  std::size_t end = room;
  while (end > 1 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return end;
}

}  // namespace

void Diagnostics::say(const char* state, SQLINTEGER native_code, std::string_view text) {
  sqlstate = state;
  native = native_code;
  while (text.ends_with('\n')) text.remove_suffix(1);
  while (!text.empty()) {
    const std::size_t end = end_of_record(text);
    messages.emplace_back(kPrefix).append(text.substr(0, end));
    text.remove_prefix(end);
    while (text.starts_with('\n')) text.remove_prefix(1);
  }
}

void forget_diagnostics(SQLHANDLE handle) {
  if (count.load(std::memory_order_relaxed) == 0) return;
  Table& all = table();
  const Lock lock;
  count -= all.erase(handle);
}

void keep_diagnostics(SQLHANDLE handle, Diagnostics diagnostics) {
  auto kept = std::make_shared<const Diagnostics>(std::move(diagnostics));
  Table& all = table();
  const Lock lock;
  if (all.insert_or_assign(handle, std::move(kept)).second) ++count;
}

std::shared_ptr<const Diagnostics> diagnostics_of(SQLSMALLINT kind, SQLHANDLE handle) {
  if (kind != SQL_HANDLE_DBC || count.load(std::memory_order_relaxed) == 0) return nullptr;
  Table& all = table();
  const Lock lock;
  const auto found = all.find(handle);
  return found == all.end() ? nullptr : found->second;
}

}  // namespace pgiam::odbc
