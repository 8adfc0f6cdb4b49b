// Keeps tokens in files fresh: when to get the next one, and what to do when there is none.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "notify.h"
#include "secret_text.h"

namespace pgiam::keeper {

struct Fresh {
  host::SecretText token;
  Milliseconds expires_at{0};  // since 1970
};

// One connection whose token is kept somewhere. What throws, throws std::exception.
struct Item {
  std::string name;              // for people: "app@orders…:5432"
  std::function<Fresh()> fetch;  // a new token
  std::function<std::string(std::string_view)> store;  // puts it where clients read it → `state`
  std::function<void(std::string_view)> forget;        // takes it away if it is still there
  std::function<std::string()> state;  // other text when somebody changed the place
};

// How to tell people. `complain` is called with the exception in flight.
struct Voice {
  std::function<void(const std::string&)> remark;
  std::function<void()> complain;
};

// When a token that was made at `made` and works until `expires` is replaced: at half of its life
// and 5 minutes before its end where it lives that long; 1 minute before in any case where it lives
// longer than that. At least kShortestWait after it was made.
Milliseconds refresh_time(Milliseconds made, Milliseconds expires);
constexpr Milliseconds kShortestWait = std::chrono::seconds{5};
// An editor that was opened before the last refresh takes the token away when it saves. It is put
// back, but no more often than this: it may be the word of another keeper.
constexpr Milliseconds kLeastBetweenPuttingBack = std::chrono::minutes{1};

class Keeper {
 public:
  // `interval` 0: as refresh_time says; otherwise at most this long after the last one.
  Keeper(std::vector<Item> items, Clock& clock, const Notifier& notifier, Voice voice,
         Milliseconds interval);

  // Refreshes all. Throws what the first failure threw, after all were tried.
  void refresh_once();
  // Until the clock says that it is to end. A failure before the first token is thrown if
  // `is_final` says so of the exception in flight; all others are waited out: the old token stays,
  // people are told once, and it is tried again, ever less often. A token that somebody took away
  // is put back.
  void run(const std::function<bool()>& is_final);
  void forget_all();

 private:
  struct State {
    Item item;
    host::SecretText token;  // the last that was stored
    Milliseconds expires{0};
    Milliseconds due{0};
    std::string place;               // what Item::store() answered
    std::optional<Milliseconds> last_put_back;  // on Clock::uptime()
    int failures = 0;
    bool told_of_death = false;
  };

  void refresh(State& state);
  void put_back_if_changed(State& state);
  void refresh_or_back_off(State& state);
  void report_failure(State& state);
  void notice_changed_clock();
  Milliseconds next_due() const;

  std::vector<State> states_;
  Clock& clock_;
  const Notifier& notifier_;
  const Voice voice_;
  const Milliseconds interval_;
  Milliseconds offset_{0};  // of now() from uptime(), which changes when the clock is set
};

}  // namespace pgiam::keeper
