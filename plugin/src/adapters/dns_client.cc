#include "adapters/dns_client.h"

#include <errno.h>

#include <algorithm>

#include "base/random.h"

namespace pgiam::dns {
namespace {

// A connect waits for a server this long, then for the next one; servers that are well take a
// hundredth of it.
constexpr Milliseconds kPatience{1000};
constexpr std::size_t kLongestDatagram = 4096;

Descriptor connect_to(const Server& server, int type) {
  Descriptor socket(
      ::socket(server.address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto* address = reinterpret_cast<const sockaddr*>(&server.address);
  if (socket.is_open() && ::connect(socket.get(), address, server.size) != 0 &&
      errno != EINPROGRESS)
    socket.close();
  return socket;
}

// Tried again by the caller, once the socket is ready.
bool is_passing(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EINTR); }

}  // namespace

Result<Answer> Client::ask(const std::string& name) {
  bool answered = false;
  for (const Server& server : settings_.servers) {
    End end = ask_server(server, name, settings_.edns);
    // A server of old does not know the extension.
    if (end == End::kAnswer && answer_.rcode == Rcode::kFormatError && settings_.edns)
      end = ask_server(server, name, false);
    if (end == End::kCallOver) return call_over(name);
    answered = answered || end == End::kAnswer;
    if (end == End::kAnswer && !is_failure(answer_.rcode)) return answer_;
  }
  if (answered) return answer_;
  return make_error(Status::kNetwork, "DNS did not answer for " + name);
}

Client::End Client::ask_server(const Server& server, const std::string& name, bool edns) {
  // Neither this number nor the port, which the system chooses, can be guessed: nobody answers who
  // does not see the query.
  const auto query = address_query(name, static_cast<std::uint16_t>(random_bits()), edns);
  if (!query) return End::kNone;
  if (settings_.only_tcp) return ask_over_tcp(server, *query);
  const End end = ask_over_udp(server, *query);
  // An address stands behind the last alias, so that with one the aliases are whole.
  if (end != End::kAnswer || !answer_.is_truncated || answer_.has_address) return end;
  const Answer cut_off = answer_;
  const End whole = ask_over_tcp(server, *query);
  if (whole == End::kNone) answer_ = cut_off;
  return whole == End::kNone ? End::kAnswer : whole;
}

Client::End Client::ask_over_udp(const Server& server, const std::string& query) {
  const Milliseconds until = clock_.uptime() + kPatience;
  const Descriptor socket = connect_to(server, SOCK_DGRAM);  // takes from nobody else, then
  if (!socket.is_open()) return End::kNone;
  if (::send(socket.get(), query.data(), query.size(), MSG_NOSIGNAL) < 0) return End::kNone;
  std::string message(kLongestDatagram, '\0');
  for (;;) {
    if (const End end = wait(socket.get(), POLLIN, until); end != End::kAnswer) return end;
    const ssize_t got = ::recv(socket.get(), message.data(), message.size(), 0);
    if (is_passing(got)) continue;
    if (got < 0) return End::kNone;  // nobody listens there
    auto answer =
        parse_answer(std::string_view(message).substr(0, static_cast<std::size_t>(got)), query);
    if (!answer) continue;  // a late one to another query, or forged
    answer_ = std::move(*answer);
    return End::kAnswer;
  }
}

// RFC 1035, section 4.2.2: each message after its length.
Client::End Client::ask_over_tcp(const Server& server, const std::string& query) {
  const Milliseconds until = clock_.uptime() + kPatience;
  const Descriptor socket = connect_to(server, SOCK_STREAM);
  if (!socket.is_open()) return End::kNone;
  const std::string sent = {static_cast<char>(query.size() >> 8),
                            static_cast<char>(query.size() & 255)};
  std::string received;
  if (const End end = exchange(socket.get(), sent + query, received, until); end != End::kAnswer)
    return end;
  auto answer = parse_answer(std::string_view(received).substr(2), query);
  if (!answer) return End::kNone;
  answer_ = std::move(*answer);
  return End::kAnswer;
}

Client::End Client::exchange(int socket, const std::string& query, std::string& received,
                             Milliseconds until) {
  for (std::size_t sent = 0; sent < query.size();) {
    if (const End end = wait(socket, POLLOUT, until); end != End::kAnswer) return end;
    const ssize_t went = ::send(socket, query.data() + sent, query.size() - sent, MSG_NOSIGNAL);
    if (is_passing(went)) continue;
    if (went < 0) return End::kNone;
    sent += static_cast<std::size_t>(went);
  }
  for (std::size_t wanted = 2; received.size() < wanted;) {
    if (const End end = wait(socket, POLLIN, until); end != End::kAnswer) return end;
    char buffer[4096];
    const ssize_t got = ::recv(socket, buffer, std::min(sizeof buffer, wanted - received.size()), 0);
    if (is_passing(got)) continue;
    if (got <= 0) return End::kNone;
    received.append(buffer, static_cast<std::size_t>(got));
    if (received.size() == 2)
      wanted += static_cast<std::size_t>(static_cast<unsigned char>(received[0]) << 8 |
                                         static_cast<unsigned char>(received[1]));
  }
  return End::kAnswer;
}

Client::End Client::wait(int socket, short events, Milliseconds until) {
  pollfd event{socket, events, 0};
  switch (waiter_.wait({&event, 1}, std::max(until - clock_.uptime(), Milliseconds{0}))) {
    case Waiter::End::kReady:
      return End::kAnswer;
    case Waiter::End::kPaused:
      return End::kNone;
    default:
      return End::kCallOver;
  }
}

Error Client::call_over(const std::string& name) const {
  if (call_.stop.stop_requested())
    return make_error(Status::kCancelled, "cancelled while DNS was asked for " + name);
  Error error = make_error(Status::kTimeout, "DNS did not answer in time for " + name,
                           "raise the option timeout_ms, or see to the name servers");
  error.retryable = true;
  return error;
}

}  // namespace pgiam::dns
