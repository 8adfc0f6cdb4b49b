#include "password_injection.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

namespace pgiam::libpq {

using host::append_line;
using host::RealLibpq;
using host::ResolvedHost;

namespace {

// Ends with a NUL.
constexpr auto kFiller = [] {
  std::array<char, 2 * kPadding + 1> filler{};
  std::fill(filler.begin(), filler.end() - 1, 'x');
  return filler;
}();

std::size_t hash_of(std::string_view password) { return std::hash<std::string_view>()(password); }

std::size_t room_for(const ConnectionState& state, const HostAttempt& at) {
  return strlen(state.password_of(at)) + kPadding;
}

host::SecretText password_lines(const ConnectionState& state, std::string_view first_port) {
  host::SecretText lines;
  const std::string_view filler(&kFiller[kPadding]);
  for (const HostAttempt& at : state.hosts) {
    const ResolvedHost& entry = *at.entry;
    const bool is_first = at.index == 0;
    const std::string_view port = is_first ? first_port : entry.port;
    const std::string_view password = state.password_of(at);
    if (state.is_late(at)) {
      append_line(lines, state.name_of(at), port, filler, 0);
    } else if (state.may_be_ours(at)) {
      append_line(lines, state.name_of(at), port, password, kPadding);
    } else if (!password.empty()) {
      append_line(lines, state.name_of(at), port, password, 0);
      if (entry.local) append_line(lines, host::kHostOfSockets, port, password, 0);
    }
  }
  return lines;
}

}  // namespace

PasswordInjection::PasswordInjection(const RealLibpq& libpq, ConnectionState& state,
                                     std::string_view first_port) {
  if (libpq.calls_itself_here.load(std::memory_order_relaxed)) {
    take_up_room(state);
  } else {
    write_file(state, first_port);
  }
}

const char* PasswordInjection::filler_of(std::size_t length) {
  constexpr std::size_t kUsual = kFiller.size() - 1;
  if (length <= kUsual) return &kFiller[kUsual - length];
  long_filler_.assign(length, 'x');
  return long_filler_.c_str();
}

void PasswordInjection::take_up_room(ConnectionState& state) {
  std::size_t room = 0;
  for (const HostAttempt& at : state.hosts) room = std::max(room, room_for(state, at));
  for (HostAttempt& at : state.hosts) at.room = room;
  state.shares_password = true;
  option_ = {"password", filler_of(room)};
}

void PasswordInjection::write_file(ConnectionState& state, std::string_view first_port) {
  file_.emplace(password_lines(state, first_port).view());
  if (!file_->path().empty()) {
    option_ = {"passfile", file_->path().c_str()};
    for (HostAttempt& at : state.hosts) {
      if (!state.may_be_ours(at)) continue;
      at.room = room_for(state, at);
      at.given = hash_of(state.password_of(at));
    }
  } else if (state.hosts.size() == 1) {
    // No place for a file, as in a jail without /proc and /tmp: no room for a longer one, then.
    file_.reset();
    HostAttempt& at = state.hosts.front();
    if (state.is_late(at)) return take_up_room(state);
    password_.append(state.password_of(at));
    at.room = password_.view().size();
    at.given = hash_of(password_.view());
    option_ = {"password", password_.c_str()};
  }
}

// Where libpq has no password, PQpass returns a constant "".
static void erase(char* place) {
  if (*place) explicit_bzero(place, strlen(place));
}

// The library or program that this address is in; nullptr: none of them, as with the heap.
static const void* object_of(const void* address) {
  Dl_info info{};
  return dladdr(address, &info) ? info.dli_fbase : nullptr;
}

using UsableSize = std::size_t (*)(void*);

// The malloc that the process uses. A program may have an undefined symbol of that name (its PLT
// entry), which only leads there.
static const void* find_malloc() {
  const void* found = dlsym(RTLD_DEFAULT, "malloc");
#ifdef __GLIBC__  // others have no dladdr1
  Dl_info info{};
  void* entry = nullptr;
  if (!found || !dladdr1(found, &info, &entry, RTLD_DL_SYMENT) || !entry) return found;
  if (static_cast<const ElfW(Sym)*>(entry)->st_shndx == SHN_UNDEF) return dlsym(RTLD_NEXT, "malloc");
#endif
  return found;
}

// malloc_usable_size of the allocator in use; nullptr where malloc is of another library than it, as
// it would misread the block. Looked up anew each time: libraries are loaded and unloaded.
static UsableSize usable_size() {
  const void* allocate = find_malloc();
  void* ask = dlsym(RTLD_DEFAULT, "malloc_usable_size");
  if (!allocate || !ask || object_of(allocate) != object_of(ask)) return nullptr;
  return reinterpret_cast<UsableSize>(ask);
}

// The longest text, without the NUL, that fits into the block of this one; nullopt: not known.
static std::optional<std::size_t> room_at(char* place) {
  if (object_of(place)) return 0;  // libpq's constant "", which must not be written to
  const UsableSize size_of = usable_size();
  if (!size_of) return std::nullopt;
  const std::size_t size = size_of(place);
  return size > 0 ? size - 1 : 0;
}

Put put_password(const ConnectionState& state, HostAttempt& at, char* place) {
  const char* password = state.password_of(at);
  if (strcmp(place, password) == 0) return Put::kDone;
  const std::size_t length = strlen(password);
  if (length > at.room) return Put::kNoRoom;
  if (length > strlen(place)) {
    const std::optional<std::size_t> room = room_at(place);
    if (!room) return Put::kRoomUnknown;
    if (length > *room) return Put::kNoRoom;
  }
  erase(place);
  memcpy(place, password, length + 1);
  at.given = hash_of(password);
  return Put::kDone;
}

void put_current_password(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  if (!state.shares_password) return;
  HostAttempt* at = state.current(libpq, conn);
  char* place = libpq.PQpass(conn);
  if (at && state.is_late(*at))
    memset(place, 'x', strlen(place));
  else if (!at || put_password(state, *at, place) != Put::kDone)
    erase(place);
}

bool is_users_own(const ConnectionState& state, const HostAttempt& at, const char* password) {
  return !state.shares_password && !is_filler(password) && hash_of(password) != at.given;
}

bool is_filler(const char* password) {
  const std::size_t length = strlen(password);
  return length >= kPadding && strspn(password, "x") == length;
}

void remove_filler(const RealLibpq& libpq, PGconn* conn) {
  char* place = libpq.PQpass(conn);
  if (is_filler(place)) erase(place);
}

}  // namespace pgiam::libpq
