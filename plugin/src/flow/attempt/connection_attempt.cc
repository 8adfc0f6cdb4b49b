#include "flow/attempt/connection_attempt.h"

#include <algorithm>

#include "flow/attempt/sslmode.h"

namespace pgiam {
namespace {

// A token that has less time left may die on its way.
constexpr Milliseconds kMargin{60'000};

using State = ConnectionAttempt::Host::State;

// A setting of the password's own, else what the user wrote.
const std::string& setting_or(const ConnectionAttempt::Password& password, std::string_view key,
                              const std::string& written) {
  const std::string* set = value_of(password.settings, key);
  return set ? *set : written;
}

}  // namespace

ConnectionAttempt::ConnectionAttempt(std::vector<HostEntry> hosts, bool walks_list,
                                     std::string sslmode)
    : walks_list_(walks_list), users_sslmode_(std::move(sslmode)) {
  for (HostEntry& entry : hosts) {
    Host& host = hosts_.emplace_back();
    host.dial_host = entry.host;
    host.dial_hostaddr = entry.hostaddr;
    host.entry = std::move(entry);
  }
}

// Who walks the list needs all passwords before it starts. Others need the one at hand; but that
// none of the hosts is ours shows only when all have been asked.
std::optional<std::size_t> ConnectionAttempt::host_to_ask() const {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const Host& host = hosts_[i];
    const bool is_old =
        host.state == State::kOurs && !host.is_fresh && !host.password.is_late;
    const bool is_due = host.state == State::kUnasked || is_old;
    if (is_due && (walks_list_ || i == current_ || !is_any_ours())) return i;
  }
  return std::nullopt;
}

bool ConnectionAttempt::is_any_ours() const {
  return std::any_of(hosts_.begin(), hosts_.end(), [](const Host& host) {
    return host.state == State::kOurs || host.state == State::kFailed;
  });
}

ConnectionAttempt::Step ConnectionAttempt::next(Milliseconds uptime) {
  if (end_) return {Step::Kind::kFail, current(), {}, &*end_};
  if (is_done_) return {Step::Kind::kDone};
  if (uptime < pause_until_) return {Step::Kind::kPause, current(), pause_until_};
  if (const auto host = host_to_ask()) return {Step::Kind::kAsk, *host};
  return is_any_ours() ? connect() : leave_alone();
}

// The client connects as if we were absent. What is told of that matters where a password of the
// user's may be refused.
ConnectionAttempt::Step ConnectionAttempt::leave_alone() {
  is_connecting_ = std::any_of(hosts_.begin(), hosts_.end(),
                               [](const Host& host) { return host.has_users_password; });
  return {Step::Kind::kNotOurs, kAllHosts, {}, &*why_not_ours_};
}

ConnectionAttempt::Step ConnectionAttempt::connect() {
  std::vector<const KeywordSettings*> all;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    Host& host = hosts_[i];
    if (!walks_list_ && i != current_) continue;
    if (host.state == State::kOurs) all.push_back(&host.password.settings);
    host.dial_host = setting_or(host.password, "host", host.entry.host);
    host.dial_hostaddr = setting_or(host.password, "hostaddr", host.entry.hostaddr);
  }
  put_in_force(merge(all));
  is_connecting_ = has_connected_ = true;
  return {Step::Kind::kConnect, current()};
}

bool ConnectionAttempt::is_any_elsewhere() const {
  return std::any_of(hosts_.begin(), hosts_.end(), [](const Host& host) {
    return host.dial_host != host.entry.host || host.dial_hostaddr != host.entry.hostaddr;
  });
}

void ConnectionAttempt::put_in_force(KeywordSettings settings) {
  settings_ = std::move(settings);
  const std::string* sslmode = value_of(settings_, "sslmode");
  sslmode_in_force_ = sslmode ? *sslmode : users_sslmode_;
}

void ConnectionAttempt::answer(std::size_t index, Result<Password> answer) {
  Host& host = hosts_[index];
  if (answer) {
    host.state = State::kOurs;
    host.password = std::move(*answer);
    host.is_fresh = !host.password.is_late;
  } else if (answer.error().status == Status::kNotApplicable) {
    host.state = State::kNotOurs;
    host.has_users_password = answer.error().code == kPasswordGiven;
    host.password = {};
    if (!why_not_ours_) why_not_ours_ = answer.error();
  } else if (walks_list_ || index == current_) {
    host.state = State::kFailed;
    end_ = answer.error();
  } else {
    host.state = State::kFailed;  // asked again should it come to that
  }
}

bool ConnectionAttempt::report(Report report, Milliseconds uptime) {
  if (!std::exchange(is_connecting_, false)) return false;
  if (report.connected) return is_done_ = true;

  const std::size_t at = walks_list_ ? report.host.value_or(kAllHosts) : current_;
  const bool was_retried = at == kAllHosts ? was_retried_ : hosts_[at].was_retried;
  if (report.retry_after && !was_retried && is_any_ours()) {
    pause_until_ = uptime + *report.retry_after;
    was_retried_ = was_retried_ || at == kAllHosts;
    for (std::size_t i = 0; i < hosts_.size(); ++i)
      if (at == kAllHosts || i == at) hosts_[i].was_retried = true, hosts_[i].is_fresh = false;
    return true;
  }
  failures_.push_back(std::move(report.failure));
  if (!walks_list_ && is_any_ours() && report.may_be_host_alone && current_ + 1 < hosts_.size()) {
    ++current_;
    if (hosts_[current_].state == State::kFailed) hosts_[current_].state = State::kUnasked;
    return true;
  }
  end_ = std::move(failures_.back());
  failures_.pop_back();
  // What the hosts before it said is told, too.
  end_->causes.insert(end_->causes.begin(), failures_.begin(), failures_.end());
  return true;
}

bool ConnectionAttempt::is_up_to_date(std::size_t index, Time now) const {
  const Host& host = hosts_[index];
  if (host.state != State::kOurs || !host.is_fresh) return false;
  const Time end = host.password.expires_at;
  return end == Time{} || now + kMargin <= end;
}

Result<void> ConnectionAttempt::refresh(std::size_t index, Password password) {
  const std::string* sslmode = value_of(password.settings, "sslmode");
  if (sslmode && strictness(*sslmode) > strictness(sslmode_in_force_))
    return make_error(Status::kInsecure,
                      "sslmode=" + *sslmode + " is asked for by now, and this connection has " +
                          (sslmode_in_force_.empty() ? "less" : sslmode_in_force_),
                      "make a new connection");
  // The connection that is there dials what it dialled.
  const Host& host = hosts_[index];
  const std::string& name = setting_or(password, "host", host.entry.host);
  if (first_of_list(name) != first_of_list(host.dial_host))
    return make_error(Status::kInsecure,
                      "this connection goes to " + host.dial_host + ", and the token would be for " +
                          name + " by that name",
                      "make a new connection");
  answer(index, std::move(password));
  return {};
}

void ConnectionAttempt::restart() {
  for (Host& host : hosts_) {
    // Kept until there is a new one: the client may look, or send it where it cannot be stopped.
    if (host.state != State::kOurs) host.state = State::kUnasked;
    host.is_fresh = host.was_retried = false;
  }
  current_ = 0;
  is_done_ = was_retried_ = false;
  is_connecting_ = walks_list_;  // it may go on without another connect step
  pause_until_ = {};
  failures_.clear();
  end_.reset();
  why_not_ours_.reset();
}

}  // namespace pgiam
