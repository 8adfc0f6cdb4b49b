// The log of a host that fetches it: kept until it is taken, on the host's own thread.
#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "gate.h"

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Line {
  int32_t level;
  std::string component;
  std::string text;
  std::thread::id thread = std::this_thread::get_id();
};

class KeptLog : public AbiTest {
 protected:
  void make_context(uint32_t room, int32_t level = PGIAM_LOG_WARN) {
    pgiam_config config = PGIAM_CONFIG_INIT;
    config.log_level = level;
    config.log_room = room;
    config.log = [](void*, int32_t, const char*, const char*) { FAIL() << "it was to be kept"; };
    ASSERT_EQ(pgiam_context_new(&config, context_.out(), nullptr), PGIAM_OK);
  }

  // Each call logs one warning, which names both regions.
  void log_a_line(const char* region = "eu-central-1") {
    const pgiam_option other_region = {"region", region};
    pgiam_request request = Gate::request("peccy");
    request.options = &other_region;
    Reply reply;
    ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  }

  std::vector<Line> take() {
    std::vector<Line> lines;
    lost_ = pgiam_context_take_log(
        context_,
        [](void* lines, int32_t level, const char* component, const char* text) {
          static_cast<std::vector<Line>*>(lines)->push_back({level, component, text});
        },
        &lines);
    return lines;
  }

  Context context_;
  std::size_t lost_ = 0;
};

TEST_F(KeptLog, LinesAreHandedOverOnceAndInOrder) {
  make_context(1 << 16);
  log_a_line("eu-central-1");
  log_a_line("eu-north-1");
  const auto lines = take();
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0].level, PGIAM_LOG_WARN);
  EXPECT_NE(lines[0].component, "");
  EXPECT_THAT(lines[0].text, HasSubstr("eu-central-1"));
  EXPECT_THAT(lines[1].text, HasSubstr("eu-north-1"));
  EXPECT_EQ(lost_, 0u);
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(KeptLog, WhatAnotherThreadLoggedIsTakenOnThisOne) {
  make_context(1 << 16);
  std::thread([this] { log_a_line(); }).join();
  const auto lines = take();
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].thread, std::this_thread::get_id());
}

TEST_F(KeptLog, WhereThereIsNoRoomTheOldestAreLostAndCounted) {
  make_context(1 << 16);
  log_a_line();
  const Line line = take().at(0);
  const auto size = static_cast<uint32_t>(1 + line.component.size() + 1 + line.text.size() + 1);
  context_.free();

  make_context(2 * size);
  for (int i = 0; i < 5; ++i) log_a_line();
  EXPECT_THAT(take(), SizeIs(2));
  EXPECT_EQ(lost_, 3u);
  log_a_line();
  EXPECT_THAT(take(), SizeIs(1));
  EXPECT_EQ(lost_, 0u);
}

TEST_F(KeptLog, ALineThatIsLongerThanAllTheRoomIsLost) {
  make_context(8);
  log_a_line();
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_EQ(lost_, 1u);
}

TEST_F(KeptLog, WithoutATakerItTellsHowManyBytesWait) {
  make_context(1 << 16);
  EXPECT_EQ(pgiam_context_take_log(context_, nullptr, nullptr), 0u);
  log_a_line();
  EXPECT_GT(pgiam_context_take_log(context_, nullptr, nullptr), 0u);
  EXPECT_THAT(take(), SizeIs(1)) << "nothing was taken before";
  EXPECT_EQ(pgiam_context_take_log(context_, nullptr, nullptr), 0u);
}

TEST_F(KeptLog, NothingIsKeptBelowTheLevel) {
  make_context(1 << 16, PGIAM_LOG_ERROR);
  log_a_line();
  EXPECT_THAT(take(), IsEmpty());
}

TEST_F(KeptLog, TheOptionLogDecidesTheLevelHereToo) {
  setenv("PGIAM_LOG", "debug", 1);
  make_context(1 << 16, 0);
  log_a_line();
  unsetenv("PGIAM_LOG");
  EXPECT_FALSE(take().empty());
}

TEST_F(KeptLog, AChildHasNoneOfItsParents) {
  make_context(1 << 16);
  log_a_line("eu-central-1");
  const pid_t child = fork();
  if (child == 0) {
    const bool none = take().empty();
    log_a_line("eu-north-1");
    const auto own = take();
    _exit(none && own.size() == 1 && own[0].text.find("eu-north-1") != std::string::npos ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_THAT(take(), SizeIs(1));
}

TEST_F(KeptLog, WithoutRoomThereIsNothingToTake) {
  ASSERT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK);
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_EQ(lost_, 0u);
}

}  // namespace
