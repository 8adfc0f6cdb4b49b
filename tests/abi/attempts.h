// What drives an attempt through the ABI, a call at a time.
#pragma once

#include <string>
#include <vector>

#include "abi_test.h"

using Attempt = Owned<pgiam_attempt, pgiam_attempt_free>;

constexpr char kOther[] = "orders-ro.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
inline const std::string kTwo = std::string(kHost) + "," + kOther;

class Attempts : public AbiTest {
 protected:
  Attempts() { EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK); }

  pgiam_status make(std::vector<pgiam_option> keywords, std::uint32_t flags = 0,
                    const char* can_apply = "*") {
    pgiam_request request = PGIAM_REQUEST_INIT;
    request.flags = flags;
    request.keywords = keywords.data();
    request.keyword_count = keywords.size();
    request.can_apply = can_apply;
    request.host_passwords = host_passwords_.data();
    request.host_password_count = host_passwords_.size();
    attempt_.free();
    error_.free();
    return pgiam_attempt_new(context_, &request, attempt_.out(), error_.out());
  }

  pgiam_status next() {
    error_.free();
    step_ = PGIAM_STEP_INIT;
    return pgiam_attempt_next(attempt_, &step_, error_.out());
  }

  std::string param(const std::string& key) {
    pgiam_param param = PGIAM_PARAM_INIT;
    for (size_t i = 0; pgiam_attempt_param(attempt_, i, &param) == PGIAM_OK; ++i)
      if (key == param.key) return param.value;
    return "";
  }

  pgiam_host host(size_t index) {
    pgiam_host host = PGIAM_HOST_INIT;
    EXPECT_EQ(pgiam_attempt_host(attempt_, index, &host), PGIAM_OK);
    return host;
  }

  void report(int32_t outcome, const char* sqlstate = nullptr, const char* message = nullptr,
              std::uint32_t host = 0) {
    pgiam_outcome told = PGIAM_OUTCOME_INIT;
    told.outcome = outcome;
    told.sqlstate = sqlstate;
    told.message = message;
    told.host = host;
    EXPECT_EQ(pgiam_attempt_report(attempt_, &told), PGIAM_OK);
  }
  void report_refusal(std::uint32_t host = 0) {
    report(PGIAM_OUTCOME_AUTH_FAILED, "28000", "FATAL:  PAM authentication failed for user \"app\"",
           host);
  }

  std::string message() { return pgiam_error_text(error_, PGIAM_ERROR_MESSAGE); }

  std::vector<const char*> host_passwords_;
  Context context_;
  Attempt attempt_;
  pgiam_step step_ = PGIAM_STEP_INIT;
  Error error_;
};
