// A connection as the library leads it (pgiam.h, "The attempt"), for hosts whose client goes
// through the list of hosts by itself.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "pgiam.hpp"

namespace pgiam::host {

class Attempt {
 public:
  // The request asks for WALKS_LIST.
  static Result<Attempt> create(Context& context, const pgiam_request& request);

  // PGIAM_STEP_CONNECT or _DONE. An error of status PGIAM_NOT_APPLICABLE: none of the hosts is
  // ours.
  Result<int> next();
  // Of a CONNECT, and of a failed next: beside the password. Borrowed until the next call.
  std::vector<pgiam_param> params() const;
  // What the host is sent, without memory; nullptr: nothing of ours.
  const char* password(std::size_t host) const noexcept;
  bool may_be_ours(std::size_t host) const noexcept;
  // The name that is dialled, where it is another than the user wrote; else "". Without memory.
  std::string_view other_name(std::size_t host) const noexcept;
  // False: there was nothing to report of.
  bool report(const pgiam_outcome& outcome);
  // Status PGIAM_OK, or PGIAM_NOT_APPLICABLE: the host is not ours.
  Error refresh(std::size_t host);
  void restart();
  // What a failure at this host means, for those who do not report it; as Context::explain_refusal.
  Error explain(Context& context, std::size_t host, const pgiam_outcome& outcome) const;

 private:
  struct Free {
    const pgiam_api* api;
    void operator()(pgiam_attempt* attempt) const { api->attempt_free(attempt); }
  };
  Attempt(const pgiam_api* api, pgiam_attempt* attempt) : api_(api), attempt_(attempt, Free{api}) {}
  pgiam_host host(std::size_t index) const noexcept;

  const pgiam_api* api_;
  std::unique_ptr<pgiam_attempt, Free> attempt_;
};

}  // namespace pgiam::host
