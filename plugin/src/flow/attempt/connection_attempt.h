// A connection from the first host of the list to the end: what happened goes in, what is to be done
// next comes out. A machine without I/O; who drives it asks for passwords, connects, and looks at
// the clock.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "flow/attempt/host_list.h"
#include "flow/attempt/keywords.h"

namespace pgiam {

// One thread at a time.
class ConnectionAttempt {
 public:
  static constexpr std::size_t kAllHosts = std::numeric_limits<std::size_t>::max();

  // What a host is to be sent, and what that takes.
  struct Password {
    std::shared_ptr<const void> reply;  // the driver's own; null: there is none
    KeywordSettings settings;           // beside the password
    Time expires_at{};         // of a token; zero: not known
    bool is_late = false;      // it comes by refresh()
  };

  struct Host {
    enum class State { kUnasked, kNotOurs, kOurs, kFailed };
    HostEntry entry;
    State state = State::kUnasked;
    Password password;      // kOurs
    // What the client dials: as the user wrote it, or as the last connect's settings said.
    std::string dial_host, dial_hostaddr;
    bool is_fresh = false;  // it came since the last restart, and was not refused
    bool was_retried = false;
    bool has_users_password = false;  // kNotOurs: an endpoint of ours, but a password was given
  };

  struct Step {
    enum class Kind {
      kAsk,      // for the password of this host; then answer()
      kPause,    // until then, by the clock that next() is given
      kConnect,  // to this host, or all; then report()
      kDone,
      kNotOurs,  // none of the hosts, for this reason; a failure may be reported
      kFail,     // for this reason
    };
    Kind kind;
    std::size_t host = kAllHosts;
    Milliseconds until{0};
    const Error* why = nullptr;
  };

  // `walks_list`: the client goes from host to host by itself. `sslmode` is the user's own.
  ConnectionAttempt(std::vector<HostEntry> hosts, bool walks_list, std::string sslmode);

  Step next(Milliseconds uptime);
  // kNotApplicable: the host is not ours.
  void answer(std::size_t host, Result<Password> answer);

  struct Report {
    bool connected = false;
    std::optional<std::size_t> host;          // nothing: not known
    std::optional<Milliseconds> retry_after;  // worth another try after that pause (retry.h)
    bool may_be_host_alone = false;           // another host may do
    Error failure;                            // the end, if it is one
  };
  // False where there was no connect to report of.
  [[nodiscard]] bool report(Report report, Milliseconds uptime);

  // Whether the host's password is good to be sent right now; and one that has just come, to a
  // connection that exists already: an error where that has less TLS than is asked for, or goes to
  // another name.
  bool is_up_to_date(std::size_t host, Time now) const;
  Result<void> refresh(std::size_t host, Password password);
  void restart();

  const std::vector<Host>& hosts() const { return hosts_; }
  // Whether any of the hosts is dialled in another way than the user wrote.
  bool is_any_elsewhere() const;
  // For a connection that is made without a password, to be reset until there is one.
  void put_in_force(KeywordSettings settings);
  // Whether there may be a connection already, with settings of its own.
  bool has_connected() const { return has_connected_; }

  // Of the connect at hand, beside the password and what to dial.
  const KeywordSettings& settings() const { return settings_; }
  // The host of the connect at hand, or all.
  std::size_t current() const { return walks_list_ ? kAllHosts : current_; }
  // Whether the client makes its way by itself.
  bool walks_list() const { return walks_list_; }

 private:
  std::optional<std::size_t> host_to_ask() const;
  bool is_any_ours() const;
  Step leave_alone();
  Step connect();

  std::vector<Host> hosts_;
  const bool walks_list_;
  const std::string users_sslmode_;

  std::size_t current_ = 0;
  bool is_connecting_ = false;  // a report is due
  bool has_connected_ = false;
  bool is_done_ = false;
  bool was_retried_ = false;
  KeywordSettings settings_;
  std::string sslmode_in_force_;
  Milliseconds pause_until_{0};
  std::optional<Error> why_not_ours_;
  std::vector<Error> failures_;  // of hosts that were passed over
  std::optional<Error> end_;
};

}  // namespace pgiam
