#include "password_injection.h"

#include <string.h>

#include <algorithm>
#include <array>

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

std::size_t room_for(const ConnectionState& state, const HostAttempt& at) {
  return strlen(state.password_of(at)) + kPadding;
}

host::SecretText password_lines(const ConnectionState& state, std::string_view first_port) {
  host::SecretText lines;
  for (const HostAttempt& at : state.hosts) {
    const ResolvedHost& entry = *at.entry;
    const bool is_first = at.index == 0;
    const std::string_view port = is_first ? first_port : entry.port;
    const std::string_view password = state.password_of(at);
    if (state.may_be_ours(at)) {
      append_line(lines, entry.host, port, password, kPadding);
    } else if (!password.empty()) {
      append_line(lines, entry.host, port, password, 0);
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
    for (HostAttempt& at : state.hosts)
      if (state.may_be_ours(at)) at.room = room_for(state, at);
  } else if (state.hosts.size() == 1) {
    // No place for a file, as in a jail without /proc and /tmp: no room for a longer one, then.
    file_.reset();
    HostAttempt& at = state.hosts.front();
    password_.append(state.password_of(at));
    at.room = password_.view().size();
    option_ = {"password", password_.c_str()};
  }
}

// libpq's answer where it has no password is a constant.
static void erase(char* place) {
  if (*place) explicit_bzero(place, strlen(place));
}

bool put_password(const ConnectionState& state, const HostAttempt& at, char* place) {
  const char* password = state.password_of(at);
  if (strcmp(place, password) == 0) return true;
  const std::size_t length = strlen(password);
  if (length > at.room) return false;
  erase(place);
  memcpy(place, password, length + 1);
  return true;
}

void put_current_password(const RealLibpq& libpq, PGconn* conn, ConnectionState& state) {
  if (!state.shares_password) return;
  const HostAttempt* at = state.current(libpq, conn);
  char* place = libpq.PQpass(conn);
  if (!at || !put_password(state, *at, place)) erase(place);
}

void remove_filler(const RealLibpq& libpq, PGconn* conn) {
  char* place = libpq.PQpass(conn);
  const std::size_t length = strlen(place);
  if (length >= kPadding && strspn(place, "x") == length) erase(place);
}

}  // namespace pgiam::libpq
