// What an examination finds out of one host, step by step: each step reads what those before it
// found.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../json_text.h"
#include "advice.h"
#include "pgiam.hpp"
#include "probe.h"
#include "progress.h"
#include "real_libpq.h"
#include "socket.h"
#include "tls_probe.h"
#include "trial_connection.h"

namespace pgiam::cli::doctor {

Cause cause_of(const Error& error);
// The sentence of a refusal that this is the likeliest cause of.
std::string most_likely(const Cause& cause);

// Where it ends: one thing that a person can act on.
struct Verdict {
  std::string code;      // "works", "connection_refused"; for programs, so it stays
  std::string sentence;  // for people
  std::vector<std::string> remedies = {};  // what to type or to do, best first
  int exit_status = 0;
  std::vector<Cause> causes = {};  // what the evidence leaves, likeliest first: itself, then others
  std::string evidence = {};       // what the sentence rests on, "" where it says so itself
  bool is_certain = false;         // by what this run has seen
};

enum class Outcome { kOk, kWarning, kFailed, kSkipped, kNotReached };

// What became of a step. Lines of the detail are for people.
struct Finding {
  Outcome outcome;
  std::string detail;
  std::optional<Verdict> verdict = std::nullopt;  // of a failed one, which ends the examination
  std::string asked = {};  // who in the cloud was asked, by URL and call; "" for nobody
};

inline Finding ok(std::string detail) { return {Outcome::kOk, std::move(detail)}; }
inline Finding warning(std::string detail) { return {Outcome::kWarning, std::move(detail)}; }
inline Finding skipped(std::string detail) { return {Outcome::kSkipped, std::move(detail)}; }
// Behind one that failed.
inline Finding not_reached() { return {Outcome::kNotReached, "not reached"}; }
// Where there is no more to say than the verdict's own sentence, detail is "".
Finding failed(Verdict verdict, std::string detail = "");

// As the plugin's errors have it; where there are no commands, the hint is what to do.
Verdict verdict_on(pgiam_status status, const std::string& message,
                   std::vector<std::string> commands, const std::string& hint);

// One host of the connection. What is borrowed outlives it.
struct Case {
  Context& context;
  const host::RealLibpq& libpq;
  const std::string& conninfo;
  const host::Parameters& given;
  const host::ResolvedParams& params;
  const host::ResolvedHost& endpoint;
  std::string hostaddr;  // where the user gave an address to dial; otherwise ""

  boost::json::object explanation = {};  // pgiam_explain's
  bool is_resolved = false;              // it is what the network told, too
  bool offline = false;                  // the cloud is asked nothing but for credentials
  Progress* progress = nullptr;          // what is told to who waits
  std::string password_from = {};        // Arguments::password_from
  Deadline* servers_deadline =
      nullptr;             // of all hosts together, set with the first that is dialled
  int hosts_left = 1;      // this one included
  Deadline deadline = {};  // of all that goes to the server
  std::vector<Address> addresses = {};
  const Address* address = nullptr;  // the one of them that accepted
  Socket socket = Socket();          // to it
  std::optional<TrialConnection> connection = std::nullopt;

  Advice advice = {};  // the cloud's, as far as it is known by then what the host is
  std::optional<std::int64_t> clock_ms = {};      // how far this clock is behind the cloud's
  Peer peer = Peer::kSilent;
  std::optional<ShownCertificate> shown = {};
  std::optional<int> first_request = {};  // of the server: TlsProbe

  Request request() const;  // without the password
  void ask_for_advice();
  std::string place() const { return endpoint.host + ":" + endpoint.port; }
  // The name that the hook dials: where DNS alone leads to an endpoint, that one's own.
  std::string dialled_name() const;
};

// Where the cloud's clock is known, and this one's is too far off for a token.
std::optional<Verdict> verdict_on_clock(const Case& host);

// Of an explanation's findings those with one of these codes, a line each.
std::string findings(const boost::json::object& explanation,
                     std::initializer_list<std::string_view> codes);
// The options password_file and pgpass.
bool takes_password_from_file(const boost::json::object& explanation);

}  // namespace pgiam::cli::doctor
