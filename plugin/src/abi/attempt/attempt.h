// Drives the machine of an attempt: asks flow for passwords, waits or lets the host wait, and hands
// out what comes of it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "abi/handles.h"
#include "abi/pending_answer.h"
#include "abi/request.h"
#include "flow/attempt/connection_attempt.h"

struct pgiam_attempt {
 public:
  pgiam_attempt(pgiam_context& context, const pgiam::HostRequest& request,
                std::vector<pgiam::HostEntry> hosts);
  pgiam_attempt(const pgiam_attempt&) = delete;
  pgiam_attempt& operator=(const pgiam_attempt&) = delete;

  pgiam::Result<pgiam_step> next();
  pgiam::Result<void> report(const pgiam_outcome& outcome);
  pgiam::Result<void> refresh(std::size_t host);
  void restart();
  void cancel();

  bool fill(std::size_t index, pgiam_param& param) const;
  bool fill(std::size_t index, pgiam_host& host) const;
  const pgiam_context& context() const { return context_; }

 private:
  using Kind = pgiam::ConnectionAttempt::Step::Kind;
  using Password = pgiam::ConnectionAttempt::Password;
  using Report = pgiam::ConnectionAttempt::Report;
  using State = pgiam::ConnectionAttempt::Host::State;

  // next.cc
  pgiam::Result<pgiam_step> wait_step(std::int64_t wait_ms);
  bool pause_here(pgiam::Milliseconds pause);  // false: cancelled
  std::stop_token stop() const;

  // passwords.cc
  enum class Wait { kNo, kUntilFetch, kToTheEnd };
  pgiam::Request request_for(std::size_t host) const;
  bool ask(std::size_t host);  // false: the answer is on its way
  Wait as_long_as_may_be() const;
  pgiam::Result<pgiam::Reply> ask_here(pgiam::Request request, Wait wait);
  // For a client that can wait for a late password. kWouldBlock: it is on its way.
  pgiam::Result<pgiam::Reply> ask_late(const pgiam::Request& request, std::size_t host);
  static pgiam::Result<Password> password_in(pgiam::Result<pgiam::Reply> answer);
  const pgiam_reply* reply_of(std::size_t host) const;
  const char* password_of(std::size_t host) const;  // null: there is none, or not yet

  // connect_step.cc
  pgiam_step connect_step(std::size_t host);
  void set_hosts(std::size_t only);
  void prepare_for_resets();

  // report.cc
  std::optional<std::size_t> host_of(const pgiam_outcome& outcome) const;
  void was_accepted(std::optional<std::size_t> host);
  std::optional<pgiam::Milliseconds> pause_before_retry(std::size_t host,
                                                        const pgiam::Error& failure,
                                                        bool was_refused);
  pgiam::Error failure_of(const pgiam::ConnectionOutcome& outcome,
                          std::optional<std::size_t> host) const;

  pgiam_context& context_;
  const pgiam::OwnedRequest request_;
  std::vector<pgiam::Secret> host_passwords_;  // one for each, or none at all
  const bool no_wait_, may_be_late_;
  const pgiam::HostFunctions functions_;
  pgiam::ConnectionAttempt machine_;

  struct Param {
    std::string key, value;
    const char* secret = nullptr;  // instead of the value; the reply's
  };
  std::vector<Param> params_;  // of the connect at hand

  const std::shared_ptr<pgiam::WakeEvent> event_;
  mutable std::mutex mutex_;  // over the next, which cancel() takes from any thread
  std::stop_source stop_;
  std::optional<pgiam::PendingAnswer> pending_;
  std::size_t pending_host_ = 0;  // where a password is late
};
