// When credentials are fetched anew, by how long they live and how it went.
#include "flow/fetch/renewal_times.h"

#include <gtest/gtest.h>

namespace pgiam {
namespace {

constexpr Time kNow{};
using std::chrono::minutes;

struct Window {
  Milliseconds life, ahead, urgent;  // how long before the end
};

class Windows : public testing::TestWithParam<Window> {};

TEST_P(Windows, AreByTheLifeAndAtMostHalfOfIt) {
  const auto [life, ahead, urgent] = GetParam();
  const RenewalTimes times = renewal_times(kNow, kNow + life, 0);
  EXPECT_EQ(kNow + life - times.ahead, ahead);
  EXPECT_EQ(kNow + life - times.urgent, urgent);
}
INSTANTIATE_TEST_SUITE_P(
    RenewalTimes, Windows,
    testing::Values(Window{minutes{720}, minutes{60}, minutes{1}},
                    Window{minutes{90}, minutes{45}, minutes{1}},
                    Window{minutes{89}, minutes{15}, minutes{1}},
                    Window{minutes{60}, minutes{15}, minutes{1}},
                    Window{minutes{21}, Seconds{630}, minutes{1}},
                    Window{minutes{20}, minutes{5}, minutes{1}},
                    Window{minutes{15}, minutes{5}, minutes{1}},
                    Window{minutes{4}, minutes{2}, minutes{1}},
                    Window{Seconds{40}, Seconds{20}, Seconds{10}},
                    Window{Seconds{0}, Seconds{0}, Seconds{0}}));

TEST(RenewalTimes, AreSpreadOverATenthOfTheWindow) {
  const Time end = kNow + minutes{60};
  EXPECT_EQ(end - renewal_times(kNow, end, 0.5).ahead, Seconds{900 - 45});
  EXPECT_GT(renewal_times(kNow, end, 0.999).urgent, renewal_times(kNow, end, 0.999).ahead);
}

TEST(RenewalTimes, WhileTheOldOnesLiveThereIsTimeForAnotherTry) {
  EXPECT_EQ(pause_while_alive(minutes{60}, 0), Seconds{300});
  EXPECT_EQ(pause_while_alive(minutes{60}, 0.5), Seconds{450});
  EXPECT_EQ(pause_while_alive(minutes{4}, 0.5), minutes{1});
  EXPECT_EQ(pause_while_alive(Seconds{1}, 0.5), Seconds{1});
}

TEST(RenewalTimes, OnceTheyAreDeadTriesGetRarerUpToHalfAMinute) {
  const int expected[] = {1, 2, 4, 8, 16, 30, 30};
  for (int i = 0; i < 7; ++i)
    EXPECT_EQ(pause_when_dead(i + 1, Status::kThrottled, 0), Seconds{expected[i]}) << i;
  EXPECT_EQ(pause_when_dead(1000, Status::kNetwork, 0.9), Seconds{30});
  EXPECT_EQ(pause_when_dead(7, Status::kLoginRequired, 0), Seconds{1}) << "a person may mend it";
}

}  // namespace
}  // namespace pgiam
