// The machine of an attempt, driven by tables: what happens to it, and what it wants next.
#include "flow/attempt/connection_attempt.h"

#include <gmock/gmock.h>

namespace pgiam {
namespace {

using ::testing::HasSubstr;
using Kind = ConnectionAttempt::Step::Kind;
using Password = ConnectionAttempt::Password;
using Report = ConnectionAttempt::Report;

constexpr bool kWalks = true, kOneByOne = false;
constexpr Time kNow{Milliseconds{1'000'000'000}};

std::vector<HostEntry> hosts(int count) {
  std::vector<HostEntry> entries;
  for (int i = 0; i < count; ++i) entries.push_back({std::string(1, static_cast<char>('a' + i)), "", 5432});
  return entries;
}

Password password(KeywordSettings settings = {}) {
  Password password;
  password.reply = std::make_shared<int>(0);
  password.settings = std::move(settings);
  password.expires_at = kNow + std::chrono::minutes{15};
  return password;
}

Error not_ours() { return make_error(Status::kNotApplicable, "no endpoint"); }

Report refused(bool was_kept, std::optional<std::size_t> host = std::nullopt) {
  Report report;
  report.host = host;
  if (was_kept) report.retry_after = Milliseconds{0};
  report.failure = make_error(Status::kDenied, "refused");
  return report;
}

Report unreachable(const char* words = "unreachable") {
  Report report;
  report.may_be_host_alone = true;
  report.failure = make_error(Status::kConnect, words);
  return report;
}

Report connected() {
  Report report;
  report.connected = true;
  return report;
}

// A script of one letter for each thing that happens, and the same for what comes out:
// "?a" asks for a's password; "+" it is ours, "-" not ours, "!" fails; "a" connect to a, "*" to all;
// then "c" connected, "k" a kept password refused, "r" a new one refused, "u" unreachable;
// "D" done, "N" not ours, "F" fail.
std::string run(ConnectionAttempt& attempt, const char* script) {
  std::string out;
  for (;;) {
    const auto step = attempt.next(Milliseconds{0});
    const char host = step.host == ConnectionAttempt::kAllHosts
                          ? '*'
                          : static_cast<char>('a' + static_cast<int>(step.host));
    if (step.kind == Kind::kDone) return out + "D";
    if (step.kind == Kind::kNotOurs) return out + "N";
    if (step.kind == Kind::kFail) return out + "F";
    if (step.kind == Kind::kAsk) out += '?';
    out += host;
    switch (*script) {
      case '+':
        attempt.answer(step.host, password());
        break;
      case '-':
        attempt.answer(step.host, not_ours());
        break;
      case '!':
        attempt.answer(step.host, make_error(Status::kNoCredentials, "none"));
        break;
      case 'c':
        EXPECT_TRUE(attempt.report(connected(), {}));
        break;
      case 'k':
        EXPECT_TRUE(attempt.report(refused(true, 0), {}));
        break;
      case 'r':
        EXPECT_TRUE(attempt.report(refused(false, 0), {}));
        break;
      case 'u':
        EXPECT_TRUE(attempt.report(unreachable(), {}));
        break;
      default:
        return out + ".";
    }
    ++script;
  }
}

TEST(ConnectionAttempt, TellsWhatComesNext) {
  const struct {
    const char* what;
    int hosts;
    bool walks;
    const char *script, *steps;
  } cases[] = {
      {"one host", 1, kOneByOne, "+c", "?aaD"},
      {"is not ours", 1, kOneByOne, "-", "?aN"},
      {"no credentials", 1, kOneByOne, "!", "?aF"},
      {"a kept password is refused, a new one goes", 1, kOneByOne, "+k+c", "?aa?aaD"},
      {"a new one is refused, too", 1, kOneByOne, "+k+r", "?aa?aaF"},
      {"once more is once", 1, kOneByOne, "+k+k", "?aa?aaF"},
      {"a new one is not tried again", 1, kOneByOne, "+r", "?aaF"},
      {"unreachable, and there is no other", 1, kOneByOne, "+u", "?aaF"},
      {"the next host", 2, kOneByOne, "+u+c", "?aa?bbD"},
      {"a host's password is asked for when it comes to it", 3, kOneByOne, "+c", "?aaD"},
      {"each host has its second try", 2, kOneByOne, "+k+u+k+c", "?aa?aa?bb?bbD"},
      {"a refusal is the end of the list", 2, kOneByOne, "+r", "?aaF"},
      {"none is ours", 2, kOneByOne, "--", "?a?bN"},
      {"the first is not ours, the second is", 2, kOneByOne, "-+uc", "?a?babD"},
      {"a host's failure waits until it comes to it", 2, kOneByOne, "-!c", "?a?baD"},
      {"and is looked at again then", 2, kOneByOne, "-!u+c", "?a?ba?bbD"},
      {"the last is unreachable, too", 2, kOneByOne, "+u+u", "?aa?bbF"},
      {"walks: all passwords first", 3, kWalks, "+-+c", "?a?b?c*D"},
      {"walks: none is ours", 2, kWalks, "--", "?a?bN"},
      {"walks: one without credentials is the end", 2, kWalks, "+!", "?a?bF"},
      {"walks: only the one refused is asked for again", 2, kWalks, "++k+c", "?a?b*?a*D"},
      {"walks: once", 2, kWalks, "++k+k", "?a?b*?a*F"},
      {"walks: the list was its business", 2, kWalks, "++u", "?a?b*F"},
  };
  for (const auto& c : cases) {
    ConnectionAttempt attempt(hosts(c.hosts), c.walks, "");
    EXPECT_EQ(run(attempt, c.script), c.steps) << c.what;
  }
}

TEST(ConnectionAttempt, AskedAgainItAnswersTheSame) {
  ConnectionAttempt attempt(hosts(2), kOneByOne, "");
  EXPECT_EQ(attempt.next({}).kind, Kind::kAsk);
  EXPECT_EQ(attempt.next({}).kind, Kind::kAsk);
  attempt.answer(0, password());
  EXPECT_EQ(attempt.next({}).kind, Kind::kConnect);
  EXPECT_EQ(attempt.next({}).kind, Kind::kConnect);
  ASSERT_TRUE(attempt.report(connected(), {}));
  EXPECT_FALSE(attempt.report(connected(), {})) << "one report for one connect";
}

TEST(ConnectionAttempt, WaitsBeforeTheSecondTryWhereThatHelps) {
  ConnectionAttempt attempt(hosts(1), kOneByOne, "");
  attempt.next({});
  attempt.answer(0, password());
  attempt.next({});
  Report report = refused(true);
  report.retry_after = Milliseconds{500};
  ASSERT_TRUE(attempt.report(std::move(report), Milliseconds{100}));
  const auto step = attempt.next(Milliseconds{200});
  EXPECT_EQ(step.kind, Kind::kPause);
  EXPECT_EQ(step.until, Milliseconds{600});
  EXPECT_EQ(attempt.next(Milliseconds{600}).kind, Kind::kAsk);
}

TEST(ConnectionAttempt, TheEndTellsOfEachHost) {
  ConnectionAttempt attempt(hosts(2), kOneByOne, "");
  for (const char* words : {"a is down", "b is down"}) {
    attempt.next({});
    attempt.answer(attempt.current(), password());
    attempt.next({});
    ASSERT_TRUE(attempt.report(unreachable(words), {}));
  }
  const auto step = attempt.next({});
  ASSERT_EQ(step.kind, Kind::kFail);
  EXPECT_EQ(step.why->message, "b is down");
  ASSERT_EQ(step.why->causes.size(), 1u);
  EXPECT_EQ(step.why->causes[0].message, "a is down");
}

TEST(ConnectionAttempt, WhoWalksGetsTheStrictestSslmodeOfAll) {
  ConnectionAttempt attempt(hosts(2), kWalks, "");
  attempt.answer(0, password({{"sslmode", "require"}}));
  attempt.answer(1, password({{"sslmode", "verify-full"}}));
  attempt.next({});
  EXPECT_EQ(*value_of(attempt.settings(), "sslmode"), "verify-full");
}

TEST(ConnectionAttempt, WhoDoesNotGetsEachHostsOwn) {
  ConnectionAttempt attempt(hosts(2), kOneByOne, "");
  attempt.answer(0, password({{"sslmode", "require"}}));
  attempt.answer(1, password({{"sslmode", "verify-full"}}));
  attempt.next({});
  EXPECT_EQ(*value_of(attempt.settings(), "sslmode"), "require");
}

TEST(ConnectionAttempt, AnUnknownHostOfAListMayBeAnyOfThem) {
  ConnectionAttempt attempt(hosts(2), kWalks, "");
  EXPECT_EQ(run(attempt, "++"), "?a?b*.");
  ASSERT_TRUE(attempt.report(refused(true), {}));
  EXPECT_EQ(run(attempt, "++"), "?a?b*.");
  ASSERT_TRUE(attempt.report(refused(true), {}));
  EXPECT_EQ(attempt.next({}).kind, Kind::kFail) << "once";
}

TEST(ConnectionAttempt, APasswordIsGoodUntilItIsAboutToDie) {
  ConnectionAttempt attempt(hosts(1), kWalks, "");
  EXPECT_FALSE(attempt.is_up_to_date(0, kNow)) << "there is none";
  attempt.answer(0, password());
  EXPECT_TRUE(attempt.is_up_to_date(0, kNow));
  EXPECT_FALSE(attempt.is_up_to_date(0, kNow + std::chrono::minutes{14} + Milliseconds{1}));
  attempt.restart();
  EXPECT_FALSE(attempt.is_up_to_date(0, kNow)) << "of before a reset";
}

TEST(ConnectionAttempt, AfterARestartTheHostAtHandIsEnough) {
  ConnectionAttempt attempt(hosts(2), kWalks, "");
  EXPECT_EQ(run(attempt, "++c"), "?a?b*D");
  attempt.restart();
  ASSERT_TRUE(attempt.refresh(1, password()));
  ASSERT_TRUE(attempt.report(connected(), {}));
  EXPECT_EQ(attempt.next({}).kind, Kind::kDone);
}

TEST(ConnectionAttempt, AfterARestartAllBeginsAnew) {
  ConnectionAttempt attempt(hosts(2), kOneByOne, "");
  EXPECT_EQ(run(attempt, "+u+c"), "?aa?bbD");
  attempt.restart();
  EXPECT_EQ(run(attempt, "+k+c"), "?aa?aaD");
}

TEST(ConnectionAttempt, AConnectionThatStandsDoesNotTakeAPasswordThatAsksForMore) {
  ConnectionAttempt attempt(hosts(1), kWalks, "require");
  EXPECT_EQ(run(attempt, "+"), "?a*.");
  EXPECT_TRUE(attempt.refresh(0, password({{"sslmode", "require"}})));
  const auto stricter = attempt.refresh(0, password({{"sslmode", "verify-full"}}));
  ASSERT_FALSE(stricter);
  EXPECT_EQ(stricter.error().status, Status::kInsecure);
  EXPECT_THAT(stricter.error().hint, HasSubstr("new connection"));
}

TEST(ConnectionAttempt, AResetKeepsToTheNameThatTheConnectionDials) {
  ConnectionAttempt attempt(hosts(2), kWalks, "");
  attempt.next({});
  attempt.answer(0, password({{"host", "endpoint"}}));
  attempt.next({});
  attempt.answer(1, password({{"host", "other,other"}, {"hostaddr", "::1,127.0.0.1"}}));
  ASSERT_EQ(attempt.next({}).kind, Kind::kConnect);
  EXPECT_TRUE(attempt.is_any_elsewhere());
  EXPECT_EQ(attempt.hosts()[0].dial_host, "endpoint");
  EXPECT_EQ(attempt.hosts()[1].dial_hostaddr, "::1,127.0.0.1");
  EXPECT_TRUE(attempt.settings().empty()) << "each host has its own";

  attempt.restart();
  EXPECT_TRUE(attempt.refresh(0, password({{"host", "endpoint"}})));
  EXPECT_TRUE(attempt.refresh(1, password({{"host", "other"}, {"hostaddr", "127.0.0.1"}})));
  for (const char* name : {"a", "strangers"}) {
    const auto refreshed = attempt.refresh(0, password({{"host", name}}));
    ASSERT_FALSE(refreshed);
    EXPECT_THAT(refreshed.error().message, HasSubstr("this connection goes to endpoint"));
  }
}

TEST(ConnectionAttempt, AConnectionThatNeverHadATokenIsNotSentOneForAnotherName) {
  ConnectionAttempt attempt(hosts(1), kWalks, "");
  attempt.next({});
  attempt.answer(0, make_error(Status::kNoCredentials, "none"));
  ASSERT_EQ(attempt.next({}).kind, Kind::kFail);
  attempt.restart();
  EXPECT_FALSE(attempt.refresh(0, password({{"host", "endpoint"}})));
  EXPECT_TRUE(attempt.refresh(0, password()));
}

}  // namespace
}  // namespace pgiam
