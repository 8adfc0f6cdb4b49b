// Who waits without a thread still has a time that is up.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "flow/fetch/background.h"

namespace pgiam {

class Deadline {
 public:
  virtual ~Deadline() = default;
  // Ends what is due. Answers how long until there is something to do, or that there is nothing
  // any more.
  virtual std::optional<Milliseconds> check() noexcept = 0;
};

// Any thread.
class Deadlines {
 public:
  Deadlines() : thread_([this] { return check(); }) {}
  void add(std::weak_ptr<Deadline> deadline, Milliseconds left);

 private:
  Milliseconds check();

  std::vector<std::weak_ptr<Deadline>> deadlines_;  // under the state lock
  std::uint64_t fork_ = 0;                          // so too: whose they are
  std::chrono::steady_clock::time_point next_{};    // so too
  BackgroundThread thread_;                         // the last member: it uses the others
};

}  // namespace pgiam
