// Replies whose callers do something else meanwhile.
#include <gmock/gmock.h>

#include <dirent.h>

#include <thread>

#include "fake_cloud.h"
#include "fakes.h"
#include "flow/flow.h"

namespace pgiam {
namespace {

int thread_count() {
  int count = 0;
  DIR* const tasks = opendir("/proc/self/task");
  while (readdir(tasks) != nullptr) ++count;
  closedir(tasks);
  return count - 2;  // "." and ".."
}

// Counts wake-ups, and waits for them.
class Bell {
 public:
  PendingReply::Wake rope() {
    return [this] {
      const std::lock_guard lock(mutex_);
      ++rings_;
      changed_.notify_all();
    };
  }
  void wait_for(int rings) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return rings_ >= rings; });
  }
  int rings() {
    const std::lock_guard lock(mutex_);
    return rings_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int rings_ = 0;
};

class PendingReplyTest : public testing::Test {
 protected:
  void make_flow(bool shared) {
    flow_.emplace(fake_.world, std::span<const OptionValue>(), test::fake_clouds(service_, shared),
                  fetcher_);
  }
  void SetUp() override { make_flow(true); }
  // As a context waits for what is under way on it.
  void TearDown() override {
    service_.release();
    while (hold_.use_count() > 1) std::this_thread::yield();
  }
  static Request request(std::string_view host = "db.fake", std::string_view user = "app") {
    Request request;
    request.host = host;
    request.user = user;
    return request;
  }
  std::shared_ptr<PendingReply> start(const Request& asked) {
    return flow_->start(asked, hold_, stop_.get_token(), bell_.rope());
  }
  static std::string password_of(std::optional<Result<Reply>> taken) {
    if (!taken) return "(not yet)";
    return *taken ? std::string((*taken)->password()->text.reveal()) : taken->error().message;
  }

  test::FakeWorld fake_;
  test::FakeService service_;
  Bell bell_;
  std::stop_source stop_;
  const std::shared_ptr<int> hold_ = std::make_shared<int>();
  const std::shared_ptr<Fetcher> fetcher_ = std::make_shared<Fetcher>();
  std::optional<Flow> flow_;
};

TEST_F(PendingReplyTest, WhatIsInMemoryIsThereAtOnceAndWakesNobody) {
  ASSERT_TRUE(flow_->before_connect(request(), [] { return std::stop_token(); }));
  const auto pending = start(request());
  EXPECT_TRUE(pending->is_done());
  EXPECT_EQ(password_of(pending->try_take()), "secret 1 for app@db.fake");
  EXPECT_EQ(pending->try_take()->error().status, Status::kInvalidState);
  EXPECT_EQ(bell_.rings(), 0);
}

TEST_F(PendingReplyTest, NothingIsKeptOfThemUntilTheirTimeIsUp) {
  Request patient = request();
  patient.timeout = std::chrono::hours{1};
  patient.refresh = true;
  for (int i = 0; i < 20; ++i) {
    const auto pending = start(patient);
    bell_.wait_for(i + 1);
    if (i % 2 == 0) pending->cancel();
  }
  while (hold_.use_count() > 1) std::this_thread::yield();
  EXPECT_EQ(fetcher_->deadlines().count(), 0u);
}

TEST_F(PendingReplyTest, OthersWakeTheirCallerOnce) {
  service_.hold();
  const auto pending = start(request());
  EXPECT_EQ(password_of(pending->try_take()), "(not yet)");
  service_.release();
  bell_.wait_for(1);
  EXPECT_EQ(password_of(pending->try_take()), "secret 1 for app@db.fake");
  pending->cancel();
  EXPECT_EQ(bell_.rings(), 1);
}

TEST_F(PendingReplyTest, WhoWaitsForAnothersFetchTakesNoThread) {
  service_.hold();
  std::vector<std::shared_ptr<PendingReply>> pending;
  pending.push_back(start(request()));
  service_.wait_for_callers(1);
  for (int i = 0; i < 500; ++i)
    pending.push_back(start(request("db.fake", "user " + std::to_string(i))));
  EXPECT_LE(thread_count(), 64 + 1);
  service_.release();
  bell_.wait_for(501);
  for (const auto& one : pending) EXPECT_THAT(password_of(one->try_take()), testing::HasSubstr("secret 1"));
  EXPECT_EQ(service_.fetches(), 1);
}

TEST_F(PendingReplyTest, AThousandSourcesTakeSixtyFourThreadsAtMostAndNoneIsRefused) {
  make_flow(false);
  service_.hold();
  std::vector<std::shared_ptr<PendingReply>> pending;
  for (int i = 0; i < 1000; ++i)
    pending.push_back(start(request("db" + std::to_string(i) + ".fake")));
  service_.wait_for_callers(static_cast<int>(Pool::kMostThreads));
  EXPECT_LE(thread_count(), 64 + 1);
  service_.release();
  bell_.wait_for(1000);
  for (const auto& one : pending)
    EXPECT_THAT(password_of(one->try_take()), testing::HasSubstr("secret 1 for app@db"));
  EXPECT_EQ(service_.fetches(), 1000);
}

TEST_F(PendingReplyTest, ACancelledOneIsOverAtOnceWhateverItWaitsFor) {
  service_.hold();
  const auto leader = start(request());
  service_.wait_for_callers(1);
  const auto follower = start(request("db.fake", "other"));
  follower->cancel();
  leader->cancel();
  EXPECT_EQ(follower->wait(Milliseconds{-1})->error().status, Status::kCancelled);
  EXPECT_EQ(leader->wait(Milliseconds{-1})->error().status, Status::kCancelled);
  EXPECT_EQ(bell_.rings(), 2);
  service_.release();
}

TEST_F(PendingReplyTest, WhenItsContextStopsItIsOverAndLetsGo) {
  service_.hold();
  const auto leader = start(request());
  service_.wait_for_callers(1);
  const auto held = std::make_shared<int>();
  const auto follower = flow_->start(request("db.fake", "other"), held, stop_.get_token(), {});
  stop_.request_stop();
  EXPECT_EQ(follower->wait(Milliseconds{-1})->error().status, Status::kCancelled);
  while (held.use_count() > 1) std::this_thread::yield();
  service_.release();
}

TEST_F(PendingReplyTest, AFollowersTimeIsUpThoughNobodyWaitsForIt) {
  service_.hold();
  const auto leader = start(request());
  service_.wait_for_callers(1);
  Request hasty = request("db.fake", "hasty");
  hasty.timeout = Milliseconds{50};
  const auto follower = start(hasty);
  fake_.clock.advance(Milliseconds{51});  // its own thread wakes by the real clock
  const auto outcome = follower->wait(Milliseconds{-1});
  EXPECT_EQ(outcome->error().status, Status::kTimeout);
  service_.release();
}

// Others may have all threads, or the process was stopped (SIGSTOP): it cannot know, and blames nobody.
TEST_F(PendingReplyTest, WhoseTimeIsUpBeforeAThreadTookItMayTryAgain) {
  make_flow(false);
  service_.hold();
  std::vector<std::shared_ptr<PendingReply>> others;
  for (std::size_t i = 0; i < Pool::kMostThreads; ++i)
    others.push_back(start(request("db" + std::to_string(i) + ".fake")));
  service_.wait_for_callers(static_cast<int>(Pool::kMostThreads));
  Request late = request("late.fake");
  late.timeout = Milliseconds{50};
  const auto pending = start(late);
  fake_.clock.advance(Milliseconds{51});
  const auto outcome = pending->wait(Milliseconds{-1});
  EXPECT_EQ(outcome->error().status, Status::kTimeout);
  EXPECT_EQ(outcome->error().message, "the time was up before the fetch began");
  EXPECT_TRUE(outcome->error().retryable);
  service_.release();
}

TEST_F(PendingReplyTest, WhatIsNotOursSaysSo) {
  const auto pending = start(request("localhost"));
  EXPECT_EQ(pending->wait(Milliseconds{-1})->error().status, Status::kNotApplicable);
}

}  // namespace
}  // namespace pgiam
