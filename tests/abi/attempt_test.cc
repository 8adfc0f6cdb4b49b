// The attempt, driven by clients of each kind: one host a step, walking the list, without waiting.
#include <poll.h>

#include <chrono>
#include <thread>

#include "attempts.h"
#include "gate.h"

namespace {

using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::StrEq;

TEST_F(Attempts, OneHostConnectsAndIsDone) {
  ASSERT_EQ(make({{"host", kHost}, {"user", "app"}}), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.kind, PGIAM_STEP_CONNECT);
  EXPECT_EQ(step_.host, 1u);
  EXPECT_THAT(param("password"), is_token_for("app"));
  EXPECT_EQ(param("sslmode"), "require");
  EXPECT_EQ(param("gssencmode"), "disable");
  EXPECT_EQ(param("host"), "") << "it is the only one";
  report(PGIAM_OUTCOME_CONNECTED);
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.kind, PGIAM_STEP_DONE);
}

TEST_F(Attempts, AnotherServerIsNotApplicable) {
  ASSERT_EQ(make({{"host", "db.example.com"},
                  {"hostaddr", "127.0.0.1"},
                  {"user", "app"},
                  {"password", "own"}}),
            PGIAM_OK);
  EXPECT_EQ(next(), PGIAM_NOT_APPLICABLE);
  EXPECT_NE(message(), "");
}

TEST_F(Attempts, APasswordOfTheUsersThatAnEndpointRefusesIsSaidToHaveKeptTheTokenAway) {
  for (std::uint32_t flags : {0u, std::uint32_t{PGIAM_REQUEST_WALKS_LIST}}) {
    ASSERT_EQ(make({{"host", kHost}, {"user", "app"}, {"password", "own"}}, flags), PGIAM_OK);
    ASSERT_EQ(next(), PGIAM_NOT_APPLICABLE);
    EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_CODE), StrEq("password_given"));
    report(PGIAM_OUTCOME_OTHER, nullptr, "FATAL:  password authentication failed for user \"app\"");
    EXPECT_EQ(next(), PGIAM_E_DENIED);
    EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_CODE), StrEq("password_given"));
    EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_EXPLANATION), HasSubstr("PGIAM_FORCE=yes"));
  }
}

TEST_F(Attempts, WithAPasswordOfTheUsersAllOtherFailuresAreTheServersWordsAlone) {
  ASSERT_EQ(make({{"host", kTwo.c_str()}, {"user", "app"}, {"password", "own"}}), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_NOT_APPLICABLE);
  report(PGIAM_OUTCOME_OTHER, "08006", "Connection refused");
  EXPECT_EQ(next(), PGIAM_E_CONNECT) << "and not the next host, as the client has tried them all";
  EXPECT_EQ(message(), "Connection refused");
  ASSERT_EQ(make({{"host", kHost}, {"user", "app"}, {"password", "own"}}), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_NOT_APPLICABLE);
  report(PGIAM_OUTCOME_CONNECTED);
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.kind, PGIAM_STEP_DONE);
}

TEST_F(Attempts, ARefusedPasswordThatWasKeptIsReplacedOnce) {
  ASSERT_EQ(make({{"host", kHost}, {"user", "kept"}}), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  report(PGIAM_OUTCOME_CONNECTED);
  ASSERT_EQ(make({{"host", kHost}, {"user", "kept"}}), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  report_refusal();
  ASSERT_EQ(next(), PGIAM_OK) << "it was kept from before";
  EXPECT_EQ(step_.kind, PGIAM_STEP_CONNECT);
  report_refusal();
  EXPECT_EQ(next(), PGIAM_E_DENIED);
  EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_SQLSTATE), StrEq("28000"));
  EXPECT_THAT(pgiam_error_text(pgiam_error_cause(error_, 0), PGIAM_ERROR_CODE),
              StrEq("no_permission"));
  EXPECT_EQ(next(), PGIAM_E_DENIED) << "asked again it answers the same";
}

TEST_F(Attempts, AServerThatIsStartingIsNotWaitedFor) {
  ASSERT_EQ(make({{"host", kHost}, {"user", "app"}}), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  report(PGIAM_OUTCOME_OTHER, "57P03", "FATAL:  the database system is starting up");
  EXPECT_EQ(next(), PGIAM_E_CONNECT);
  EXPECT_GE(pgiam_error_number(error_, PGIAM_ERROR_RETRY_AFTER_MS), 1000);
}

TEST_F(Attempts, WhoIsLetInAgainMayBeRefusedAgain) {
  setenv("PGIAM_REUSE_SECONDS", "0", 1);
  const auto log_in = [&] {
    EXPECT_EQ(make({{"host", kHost}, {"user", "revoked"}}), PGIAM_OK);
    EXPECT_EQ(next(), PGIAM_OK);
  };
  log_in();
  report(PGIAM_OUTCOME_CONNECTED);
  for (int revocation = 0; revocation < 3; ++revocation) {
    log_in();
    report_refusal();
    ASSERT_EQ(next(), PGIAM_OK) << "the credentials were kept, and may have been revoked since";
    report(PGIAM_OUTCOME_CONNECTED);
  }
  unsetenv("PGIAM_REUSE_SECONDS");
}

TEST_F(Attempts, AHostThatCannotBeReachedIsPassedOver) {
  ASSERT_EQ(make({{"host", kTwo.c_str()}, {"port", "5432,6000"}, {"user", "app"}}), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.host, 1u);
  EXPECT_EQ(param("host"), kHost);
  EXPECT_EQ(param("port"), "5432");
  report(PGIAM_OUTCOME_OTHER, nullptr, "connection refused");
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.host, 2u);
  EXPECT_EQ(param("host"), kOther);
  EXPECT_EQ(param("port"), "6000");
  EXPECT_THAT(param("password"), HasSubstr(std::string(kOther) + ":6000/"));
  report(PGIAM_OUTCOME_OTHER, nullptr, "connection timed out");
  EXPECT_EQ(next(), PGIAM_E_CONNECT);
  EXPECT_EQ(message(), "connection timed out");
}

TEST_F(Attempts, UnderVerifyFullTheNameThatIsSignedForIsDialledAtTheAddressThatWasWritten) {
  setenv("PGIAM_SIGNING_HOST", kHost, 1);
  ASSERT_EQ(make({{"host", "127.0.0.1,::1"}, {"port", "5433"}, {"user", "app"}, {"sslmode", "verify-full"}},
                 PGIAM_REQUEST_WALKS_LIST),
            PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK) << message();
  EXPECT_EQ(param("host"), std::string(kHost) + "," + kHost);
  EXPECT_EQ(param("hostaddr"), "127.0.0.1,::1");
  EXPECT_EQ(param("port"), "5433,5433");
  EXPECT_THAT(host(0).host, StrEq("127.0.0.1"));
  EXPECT_THAT(host(0).dial_host, StrEq(kHost));
  EXPECT_THAT(host(1).dial_hostaddr, StrEq("::1"));

  ASSERT_EQ(make({{"host", "127.0.0.1"}, {"user", "app"}, {"sslmode", "verify-full"}}, 0, "password"),
            PGIAM_OK);
  EXPECT_EQ(next(), PGIAM_E_INSECURE);
  unsetenv("PGIAM_SIGNING_HOST");
}

TEST_F(Attempts, WhoWalksTheListGetsAPasswordForEachHost) {
  const std::string three = kTwo + ",/run/postgresql";
  ASSERT_EQ(make({{"host", three.c_str()}, {"user", "app"}}, PGIAM_REQUEST_WALKS_LIST), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.kind, PGIAM_STEP_CONNECT);
  EXPECT_EQ(step_.host, 0u);
  EXPECT_EQ(param("sslmode"), "require");
  EXPECT_EQ(param("password"), "") << "they differ";
  EXPECT_EQ(param("host"), "");
  EXPECT_THAT(host(0).password, HasSubstr(kHost));
  EXPECT_THAT(host(1).password, HasSubstr(kOther));
  EXPECT_THAT(pgiam_reply_text(host(1).reply, PGIAM_REPLY_SIGNING_HOST), StrEq(kOther));
  EXPECT_THAT(host(2).password, IsNull());
  EXPECT_THAT(host(2).host, StrEq("/run/postgresql"));
  pgiam_host none = PGIAM_HOST_INIT;
  EXPECT_EQ(pgiam_attempt_host(attempt_, 3, &none), PGIAM_E_INVALID_ARGUMENT);
  report(PGIAM_OUTCOME_CONNECTED, nullptr, nullptr, 2);
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.kind, PGIAM_STEP_DONE);
}

TEST_F(Attempts, ThePasswordThatAUserHasForOneHostWinsThereAlone) {
  host_passwords_ = {"own", nullptr};
  ASSERT_EQ(make({{"host", kTwo.c_str()}, {"user", "app"}}, PGIAM_REQUEST_WALKS_LIST), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(host(0).flags, PGIAM_HOST_NOT_OURS);
  EXPECT_THAT(host(0).password, IsNull());
  EXPECT_EQ(host(1).flags, 0u);
  EXPECT_THAT(host(1).password, HasSubstr(kOther));
  EXPECT_EQ(pgiam_attempt_refresh(attempt_, 0, nullptr), PGIAM_NOT_APPLICABLE);
  host_passwords_ = {"own"};
  EXPECT_EQ(make({{"host", kTwo.c_str()}, {"user", "app"}}), PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Attempts, OfARefusalThatIsNotOursTheServersWordsAreAllThereIsToSay) {
  host_passwords_ = {"own", nullptr};
  const char* words = "FATAL:  password authentication failed for user \"app\"";
  const std::string hosts = std::string("db.example.com,") + kHost;
  ASSERT_EQ(make({{"host", hosts.c_str()}, {"user", "app"}}, PGIAM_REQUEST_WALKS_LIST), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  report(PGIAM_OUTCOME_OTHER, "28P01", words, 1);
  EXPECT_EQ(next(), PGIAM_E_CONNECT);
  EXPECT_EQ(message(), words);
  EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_SQLSTATE), StrEq("28P01"));
}

TEST_F(Attempts, WhereThereIsNoPasswordItIsToldWhatAResetWillNeed) {
  setenv("PGIAM_TARGET", "rds", 1);
  ASSERT_EQ(make({{"host", "db.example.com"}, {"user", "app"}}, PGIAM_REQUEST_WALKS_LIST),
            PGIAM_OK);
  EXPECT_EQ(next(), PGIAM_E_TARGET) << "the region is not known";
  EXPECT_EQ(param("sslmode"), "require");
  EXPECT_EQ(param("gssencmode"), "disable");
  EXPECT_EQ(host(0).flags, 0u);
  setenv("PGIAM_REGION", "eu-west-1", 1);
  ASSERT_EQ(pgiam_attempt_restart(attempt_, nullptr), PGIAM_OK);
  EXPECT_EQ(pgiam_attempt_refresh(attempt_, 0, nullptr), PGIAM_OK);
  EXPECT_THAT(host(0).password, HasSubstr("db.example.com"));
  unsetenv("PGIAM_TARGET");
  unsetenv("PGIAM_REGION");
}

TEST_F(Attempts, WhatAResetWillNeedOfTlsIsWhatTheOptionTlsSays) {
  setenv("PGIAM_TARGET", "rds", 1);
  for (const auto& [tls, sslmode] : {std::pair("off", ""), std::pair("verify-full", "verify-full")}) {
    setenv("PGIAM_TLS", tls, 1);
    ASSERT_EQ(make({{"host", "db.example.com"}, {"user", "app"}}, PGIAM_REQUEST_WALKS_LIST),
              PGIAM_OK);
    EXPECT_EQ(next(), PGIAM_E_TARGET) << "the region is not known";
    EXPECT_EQ(param("sslmode"), sslmode);
  }
  unsetenv("PGIAM_TARGET");
  unsetenv("PGIAM_TLS");
}

TEST_F(Attempts, APasswordOfBeforeAResetThatIsRefusedIsReplaced) {
  ASSERT_EQ(make({{"host", kTwo.c_str()}, {"user", "stale"}}, PGIAM_REQUEST_WALKS_LIST), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  report(PGIAM_OUTCOME_CONNECTED);
  ASSERT_EQ(pgiam_attempt_restart(attempt_, nullptr), PGIAM_OK);
  ASSERT_EQ(pgiam_attempt_refresh(attempt_, 0, nullptr), PGIAM_OK);
  report_refusal(2);
  ASSERT_EQ(next(), PGIAM_OK) << "the client went on to a host without asking";
  EXPECT_EQ(step_.kind, PGIAM_STEP_CONNECT);
  report_refusal(2);
  EXPECT_EQ(next(), PGIAM_E_DENIED);
}

TEST_F(Attempts, TheHostThatAMessageNamesLastIsTheOneThatRefused) {
  const std::string twice = std::string(kHost) + "," + kHost;
  const std::string words = "connection to server at \"" + std::string(kHost) +
                            "\" (1.2.3.4), port 5432 failed: Connection refused\n"
                            "connection to server at \"" +
                            kHost +
                            "\" (1.2.3.4), port 6000 failed: FATAL:  PAM authentication failed for "
                            "user \"named\"\n";
  ASSERT_EQ(make({{"host", twice.c_str()}, {"port", "5432,6000"}, {"user", "named"}},
                 PGIAM_REQUEST_WALKS_LIST),
            PGIAM_OK);
  for (int tries = 0; tries < 2; ++tries) {  // what it was made of was kept
    ASSERT_EQ(next(), PGIAM_OK);
    report(PGIAM_OUTCOME_OTHER, nullptr, words.c_str());
  }
  EXPECT_EQ(next(), PGIAM_E_DENIED);
  EXPECT_THAT(message(), HasSubstr(std::string(kHost) + ":6000"));
}

TEST_F(Attempts, AResetGetsAPasswordForTheHostAtHand) {
  ASSERT_EQ(make({{"host", kTwo.c_str()}, {"user", "reset"}}, PGIAM_REQUEST_WALKS_LIST), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  report(PGIAM_OUTCOME_CONNECTED);
  ASSERT_EQ(pgiam_attempt_refresh(attempt_, 1, nullptr), PGIAM_OK) << "it is good still";
  ASSERT_EQ(pgiam_attempt_restart(attempt_, nullptr), PGIAM_OK);
  ASSERT_EQ(pgiam_attempt_refresh(attempt_, 1, nullptr), PGIAM_OK);
  EXPECT_THAT(host(1).password, HasSubstr(kOther));
  EXPECT_EQ(pgiam_attempt_refresh(attempt_, 2, nullptr), PGIAM_E_INVALID_ARGUMENT);
  report_refusal(2);
  ASSERT_EQ(next(), PGIAM_OK) << "it was kept";
  EXPECT_EQ(step_.kind, PGIAM_STEP_CONNECT);
}

TEST_F(Attempts, WhatCannotBeAppliedIsNamed) {
  ASSERT_EQ(make({{"host", kHost}, {"user", "app"}}, 0, "password"), PGIAM_OK);
  EXPECT_EQ(next(), PGIAM_E_INSECURE);
  EXPECT_THAT(pgiam_error_command(error_, 0), StrEq("sslmode=require"));
  ASSERT_EQ(make({{"host", kHost}, {"user", "app"}, {"sslmode", "require"}}, 0, "password"),
            PGIAM_OK);
  EXPECT_EQ(next(), PGIAM_OK);
  ASSERT_EQ(make({{"host", kHost}, {"user", "app"}, {"gssencmode", "require"}}), PGIAM_OK);
  EXPECT_EQ(next(), PGIAM_E_INSECURE);
  EXPECT_THAT(message(), HasSubstr("gssencmode=require"));
}

TEST_F(Attempts, ListsThatDoNotPairAreRefusedAtOnce) {
  EXPECT_EQ(make({{"host", kTwo.c_str()}, {"port", "1,2,3"}}), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_THAT(message(), HasSubstr("3 numbers in port for 2 hosts"));
}

TEST_F(Attempts, AReportNeedsAConnect) {
  ASSERT_EQ(make({{"host", kHost}, {"user", "app"}}), PGIAM_OK);
  pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
  EXPECT_EQ(pgiam_attempt_report(attempt_, &outcome), PGIAM_E_INVALID_ARGUMENT);
  outcome.outcome = PGIAM_OUTCOME_CONNECTED;
  EXPECT_EQ(pgiam_attempt_report(attempt_, &outcome), PGIAM_E_INVALID_STATE);
  outcome.host = 2;
  EXPECT_EQ(pgiam_attempt_report(attempt_, &outcome), PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Attempts, ACancelledOneIsOverUntilItBeginsAnew) {
  ASSERT_EQ(make({{"host", kHost}, {"user", "app"}}), PGIAM_OK);
  std::thread([this] { pgiam_attempt_cancel(attempt_); }).join();
  EXPECT_EQ(next(), PGIAM_E_CANCELLED);
  EXPECT_EQ(next(), PGIAM_E_CANCELLED);
  ASSERT_EQ(pgiam_attempt_restart(attempt_, nullptr), PGIAM_OK);
  EXPECT_EQ(next(), PGIAM_OK);
}

TEST_F(Attempts, WithoutWaitingThereIsWhatIsInMemory) {
  pgiam_request request = request_for("at_hand");
  request.flags = PGIAM_REQUEST_NO_WAIT;
  Reply none, reply;
  EXPECT_EQ(pgiam_before_connect(context_, &request, none.out(), nullptr), PGIAM_E_WOULD_BLOCK);
  request.flags = 0;
  ASSERT_EQ(pgiam_before_connect(context_, &request, none.out(), nullptr), PGIAM_OK);
  request.flags = PGIAM_REQUEST_NO_WAIT;
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  EXPECT_THAT(token_of(reply), is_token_for("at_hand"));
}

// The region of the option is not that of the host's name, so that it logs and comes to the gate.
class WaitingAttempts : public Attempts {
 protected:
  WaitingAttempts() {
    context_.free();
    EXPECT_EQ(gate_.make_context(context_.out()), PGIAM_OK);
  }
  ~WaitingAttempts() override {
    gate_.open();
    attempt_.free();
    context_.free();  // before the gate, to which its threads may still come
  }

  pgiam_status make_slow(std::uint32_t flags) {
    pgiam_request request = Gate::request("slow");
    request.flags |= flags;
    return pgiam_attempt_new(context_, &request, attempt_.out(), nullptr);
  }

  Gate gate_;
};

TEST_F(WaitingAttempts, WithNoWaitItsDescriptorTellsWhenToGoOn) {
  ASSERT_EQ(make_slow(PGIAM_REQUEST_NO_WAIT), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  ASSERT_EQ(step_.kind, PGIAM_STEP_WAIT);
  pollfd entry = {static_cast<int>(step_.descriptor), POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, 0), 0);
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.kind, PGIAM_STEP_WAIT);
  gate_.open();
  ASSERT_EQ(poll(&entry, 1, -1), 1);
  ASSERT_EQ(next(), PGIAM_OK);
  EXPECT_EQ(step_.kind, PGIAM_STEP_CONNECT);
  EXPECT_THAT(param("password"), is_token_for("slow"));
}

TEST_F(WaitingAttempts, ACancelFromElsewhereWakesWhoWaits) {
  ASSERT_EQ(make_slow(PGIAM_REQUEST_NO_WAIT), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  ASSERT_EQ(step_.kind, PGIAM_STEP_WAIT);
  std::thread canceller([this] { pgiam_attempt_cancel(attempt_); });
  pollfd entry = {static_cast<int>(step_.descriptor), POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, -1), 1);
  canceller.join();
  gate_.open();
  EXPECT_EQ(next(), PGIAM_E_CANCELLED);
}

TEST_F(WaitingAttempts, MayBeFreedWhileItWaits) {
  ASSERT_EQ(make_slow(PGIAM_REQUEST_NO_WAIT), PGIAM_OK);
  ASSERT_EQ(next(), PGIAM_OK);
  gate_.wait_for_arrivals(1);
  gate_.open();
  attempt_.free();
}

}  // namespace
