// A connection as a program with the hook would make it: the library's attempt says what libpq is
// told, and what a failure means.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string>

#include "connection_poll.h"
#include "parameters.h"
#include "pgiam.hpp"
#include "probe.h"
#include "socket.h"

namespace pgiam::cli::doctor {

class TrialConnection {
 public:
  // Of the host that the parameters name, at this address.
  TrialConnection(Context& context, const host::RealLibpq& libpq, const host::Parameters& given,
                  const std::string& host, const std::string& address, const std::string& port);

  // Each of the two goes on until there is an answer or the time is up.
  void finish_tls(Deadline deadline);
  void finish_login(Deadline deadline);

  // False: the hook would take it for none of its own.
  bool is_ours() const { return conn_ || why_not_; }
  // Why the hook would fail it before the first packet; nullopt where it would not.
  const std::optional<Error>& why_not() const { return why_not_; }
  bool is_over() const { return poll_.is_over; }  // in success or failure; otherwise the time was up
  bool is_logged_in() const { return status() == CONNECTION_OK; }
  bool has_finished_tls() const { return has_finished_tls_; }
  bool has_sent_password() const { return libpq_.PQconnectionUsedPassword(conn_.get()) != 0; }
  std::size_t password_size() const;  // that was to be sent
  // "TLSv1.3, TLS_AES_256_GCM_SHA384"; "" where there is none.
  std::string cipher() const;
  // What libpq made of an option: "sslmode".
  std::string option(std::string_view keyword) const;

  // Of a failure: libpq's text; the server's own sentence, or libpq's where it says none; and its
  // SQLSTATE, "" where the failure is not the server's.
  std::string message() const;
  std::string sentence() const;
  std::string sqlstate() const;
  // What the failure means, as the library explains it. Its evidence is the sentence, without
  // secrets that a server may have put there: for people, show that.
  Error explain() const;

 private:
  void start(host::Parameters told);
  ConnStatusType status() const { return libpq_.PQstatus(conn_.get()); }
  Context& context_;
  const host::RealLibpq& libpq_;
  std::optional<Attempt> attempt_;
  std::optional<Error> why_not_;
  std::unique_ptr<PGconn, decltype(&::PQfinish)> conn_;
  ConnectionPoll poll_;
  bool has_finished_tls_ = false;
};

}  // namespace pgiam::cli::doctor
