// A client that begins to connect while its password is fetched, and gets it when the server asks.
#include <sys/socket.h>

#include "attempts.h"
#include "questions.h"

namespace {

using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::StrEq;

// The host supplies the credentials when a test says so.
class LatePasswords : public Questions {
 protected:
  LatePasswords() {
    answer_ = [this](const pgiam_prompt*, pgiam_question* question) { question_ = question; };
  }
  ~LatePasswords() override {
    attempt_.free();
    if (question_) pgiam_question_decline(question_, PGIAM_OK, nullptr);
  }

  void make(const char* identity, const std::string& hosts = kHost) {
    pgiam_request asked = request("app", identity);
    const pgiam_option keywords[] = {{"host", hosts.c_str()}, {"user", "app"}};
    asked.flags = PGIAM_REQUEST_WALKS_LIST | PGIAM_REQUEST_LATE_PASSWORD;
    asked.host = nullptr;
    asked.keywords = keywords;
    asked.keyword_count = std::size(keywords);
    asked.can_apply = "*";
    attempt_.free();
    ASSERT_EQ(pgiam_attempt_new(context_, &asked, attempt_.out(), error_.out()), PGIAM_OK);
  }

  pgiam_status next() {
    error_.free();
    step_ = PGIAM_STEP_INIT;
    return pgiam_attempt_next(attempt_, &step_, error_.out());
  }
  void expect_connect() {
    ASSERT_EQ(next(), PGIAM_OK) << message();
    EXPECT_EQ(step_.kind, PGIAM_STEP_CONNECT);
  }

  pgiam_status refresh(size_t host = 0) {
    error_.free();
    return pgiam_attempt_refresh(attempt_, host, error_.out());
  }
  // As a loop does it, until the host is asked.
  void refresh_until_asked() {
    while (!question_) {
      ASSERT_EQ(refresh(), PGIAM_E_WOULD_BLOCK) << message();
      if (!question_) wait();
    }
  }
  pgiam_status refresh_to_the_end(size_t host = 0) {
    for (;;) {
      const pgiam_status status = refresh(host);
      if (status != PGIAM_E_WOULD_BLOCK) return status;
      if (question_)
        answer();  // asked again, where what was asked for another host was called off
      else
        wait();
    }
  }
  void wait() {
    ASSERT_EQ(next(), PGIAM_OK);
    ASSERT_EQ(step_.kind, PGIAM_STEP_WAIT);
    pollfd entry = {static_cast<int>(step_.descriptor), POLLIN, 0};
    ASSERT_EQ(poll(&entry, 1, -1), 1);
  }
  void answer() { supply(std::exchange(question_, nullptr)); }

  void report_failure() {
    pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
    outcome.outcome = PGIAM_OUTCOME_OTHER;
    outcome.message = "server does not support SSL, but SSL was required";
    EXPECT_EQ(pgiam_attempt_report(attempt_, &outcome), PGIAM_OK);
  }

  pgiam_host host(size_t index = 0) {
    pgiam_host host = PGIAM_HOST_INIT;
    EXPECT_EQ(pgiam_attempt_host(attempt_, index, &host), PGIAM_OK);
    return host;
  }
  std::string param(const std::string& key) {
    pgiam_param param = PGIAM_PARAM_INIT;
    for (size_t i = 0; pgiam_attempt_param(attempt_, i, &param) == PGIAM_OK; ++i)
      if (key == param.key) return param.value;
    return "";
  }

  pgiam_question* question_ = nullptr;
  Owned<pgiam_attempt, pgiam_attempt_free> attempt_;
  pgiam_step step_ = PGIAM_STEP_INIT;
};

TEST_F(LatePasswords, ComeAfterTheConnectHasBegunWithAllElse) {
  make("late");
  expect_connect();
  EXPECT_EQ(param("sslmode"), "require");
  EXPECT_EQ(param("password"), "");
  EXPECT_THAT(host().password, IsNull());
  EXPECT_THAT(host().reply, IsNull());
  EXPECT_EQ(asked_, 0) << "before the client wants it";
  refresh_until_asked();
  EXPECT_EQ(refresh(), PGIAM_E_WOULD_BLOCK);
  answer();
  EXPECT_EQ(refresh_to_the_end(), PGIAM_OK) << message();
  EXPECT_THAT(host().password, HasSubstr(kOwnKey));
  EXPECT_EQ(refresh(), PGIAM_OK);
  EXPECT_EQ(asked_, 1);
}

TEST_F(LatePasswords, AreNotLateWhereTheyAreInMemory) {
  make("in memory");
  expect_connect();
  refresh_until_asked();
  answer();
  ASSERT_EQ(refresh_to_the_end(), PGIAM_OK);
  make("in memory");
  expect_connect();
  EXPECT_THAT(param("password"), HasSubstr(kOwnKey));
}

TEST_F(LatePasswords, AreWaitedForOnASocket) {
  make("socket");
  expect_connect();
  ASSERT_EQ(refresh(), PGIAM_E_WOULD_BLOCK);
  ASSERT_EQ(next(), PGIAM_OK);
  int type = 0;
  socklen_t size = sizeof type;
  EXPECT_EQ(getsockopt(static_cast<int>(step_.descriptor), SOL_SOCKET, SO_TYPE, &type, &size), 0);
  const int64_t descriptor = step_.descriptor;
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.descriptor, descriptor);
}

TEST_F(LatePasswords, AreEachHostsOwn) {
  make("two hosts", kTwo);
  expect_connect();
  refresh_until_asked();
  answer();
  EXPECT_EQ(refresh_to_the_end(1), PGIAM_OK) << message();
  EXPECT_THAT(host(1).password, HasSubstr(kOther));
  EXPECT_THAT(host(0).password, IsNull());
  EXPECT_EQ(refresh_to_the_end(0), PGIAM_OK) << message();
  EXPECT_THAT(host(0).password, HasSubstr(kHost));
}

TEST_F(LatePasswords, AreNotNeededForAConnectionThatFailsBeforeAndIsExplainedAllTheSame) {
  make("fails");
  expect_connect();
  refresh_until_asked();
  report_failure();
  EXPECT_EQ(next(), PGIAM_E_INSECURE);
  EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_CODE), StrEq("no_tls"));
}

TEST_F(LatePasswords, ThatCannotBeHadSayWhy) {
  make("declined");
  expect_connect();
  refresh_until_asked();
  pgiam_question_decline(std::exchange(question_, nullptr), PGIAM_OK, "not today");
  EXPECT_EQ(refresh_to_the_end(), PGIAM_E_NO_CREDENTIALS);
  EXPECT_THAT(message(), HasSubstr("not today"));
}

TEST_F(LatePasswords, AreAskedForAnewByAReset) {
  make("reset");
  expect_connect();
  refresh_until_asked();
  pgiam_question* const of_before = std::exchange(question_, nullptr);
  ASSERT_EQ(pgiam_attempt_restart(attempt_, nullptr), PGIAM_OK);
  refresh_until_asked();
  answer();
  EXPECT_EQ(refresh_to_the_end(), PGIAM_OK) << message();
  EXPECT_THAT(host().password, HasSubstr(kOwnKey));
  supply(of_before, "AKIATHATNOBODYWANTS1");
  EXPECT_EQ(refresh(), PGIAM_OK) << message();
  EXPECT_THAT(host().password, HasSubstr(kOwnKey));
}

TEST_F(LatePasswords, AreRefusedAndReplacedAsAllThatWereKeptAre) {
  for (int i = 0; i < 2; ++i) {
    make("refused");
    expect_connect();
    if (i == 0) refresh_until_asked(), answer();
    ASSERT_EQ(refresh_to_the_end(), PGIAM_OK);
  }
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  outcome.outcome = PGIAM_OUTCOME_AUTH_FAILED;
  outcome.message = "FATAL:  PAM authentication failed for user \"app\"";
  ASSERT_EQ(pgiam_attempt_report(attempt_, &outcome), PGIAM_OK);
  expect_connect();
  EXPECT_THAT(host().password, IsNull());
  refresh_until_asked();
  answer();
  EXPECT_EQ(refresh_to_the_end(), PGIAM_OK);
}

TEST_F(LatePasswords, CanBeCalledOffFromElsewhere) {
  make("cancelled");
  expect_connect();
  ASSERT_EQ(refresh(), PGIAM_E_WOULD_BLOCK);
  ASSERT_EQ(next(), PGIAM_OK);
  std::thread canceller([this] { pgiam_attempt_cancel(attempt_); });
  pollfd entry = {static_cast<int>(step_.descriptor), POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, -1), 1);
  canceller.join();
  EXPECT_EQ(refresh(), PGIAM_E_CANCELLED);
  EXPECT_EQ(next(), PGIAM_E_CANCELLED);
}

}  // namespace
