#include "handover.h"

#include <string.h>

#include <algorithm>
#include <array>

namespace pgiam::libpq {
namespace {

// Ends with a NUL.
constexpr auto kFiller = [] {
  std::array<char, 2 * kPadding + 1> filler{};
  std::fill(filler.begin(), filler.end() - 1, 'x');
  return filler;
}();

std::size_t room_for(const Access& access) { return strlen(access.password()) + kPadding; }

host::SecretText password_lines(const ConnectionState& state, std::string_view first_port) {
  host::SecretText lines;
  for (const Access& access : state.accesses) {
    const Endpoint& endpoint = *access.endpoint;
    const bool is_first = &access == &state.accesses.front();
    const std::string_view port = is_first ? first_port : endpoint.port;
    const std::string_view password = access.password();
    if (access.is_ours) {
      append_line(lines, endpoint.host, port, password, kPadding);
    } else if (!password.empty()) {
      append_line(lines, endpoint.host, port, password, 0);
      if (endpoint.local) append_line(lines, kHostOfSockets, port, password, 0);
    }
  }
  return lines;
}

}  // namespace

Handover::Handover(const RealLibpq& libpq, ConnectionState& state, std::string_view first_port) {
  if (libpq.calls_itself_here.load(std::memory_order_relaxed)) {
    take_up_room(state);
  } else {
    write_file(state, first_port);
  }
}

const char* Handover::filler_of(std::size_t length) {
  constexpr std::size_t kUsual = kFiller.size() - 1;
  if (length <= kUsual) return &kFiller[kUsual - length];
  long_filler_.assign(length, 'x');
  return long_filler_.c_str();
}

void Handover::take_up_room(ConnectionState& state) {
  std::size_t room = 0;
  for (const Access& access : state.accesses) room = std::max(room, room_for(access));
  for (Access& access : state.accesses) access.room = room;
  state.shares_password = true;
  option_ = {"password", filler_of(room)};
}

void Handover::write_file(ConnectionState& state, std::string_view first_port) {
  file_.emplace(password_lines(state, first_port).view());
  if (!file_->path().empty()) {
    option_ = {"passfile", file_->path().c_str()};
    for (Access& access : state.accesses)
      if (access.is_ours) access.room = room_for(access);
  } else if (state.accesses.size() == 1) {
    // No place for a file, as in a jail without /proc and /tmp: no room for a longer one, then.
    file_.reset();
    Access& access = state.accesses.front();
    password_.append(access.password());
    access.room = password_.view().size();
    option_ = {"password", password_.c_str()};
  }
}

// libpq's answer where it has no password is a constant.
static void erase(char* place) {
  if (*place) explicit_bzero(place, strlen(place));
}

bool put_password(const Access& access, char* place) {
  const char* password = access.password();
  if (strcmp(place, password) == 0) return true;
  const std::size_t length = strlen(password);
  if (length > access.room) return false;
  erase(place);
  memcpy(place, password, length + 1);
  return true;
}

void put_current_password(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  if (!state.shares_password) return;
  const Access* access = state.current(libpq, conn);
  char* place = libpq.PQpass(conn);
  if (!access || !put_password(*access, place)) erase(place);
}

void remove_filler(const RealLibpq& libpq, PGconn* conn) {
  char* place = libpq.PQpass(conn);
  const std::size_t length = strlen(place);
  if (length >= kPadding && strspn(place, "x") == length) erase(place);
}

}  // namespace pgiam::libpq
