// A before_connect that runs on a thread of its own while the host does something else.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "base/result.h"
#include "flow/reply.h"

namespace pgiam {

class Operation {
 public:
  using Work = std::function<Result<Reply>(std::stop_token)>;

  // Starts at once. `done` runs on the operation's thread when wait() will not block any more.
  Operation(Work work, std::function<void()> done, std::stop_token context_stop);
  // Cancels, and waits for the thread, unless it runs on it: inside `done`.
  ~Operation();

  // The outcome, once; nothing while it runs. 0 polls, negative waits for ever.
  std::optional<Result<Reply>> wait(Milliseconds patience);
  // Any thread, also from `done`.
  void cancel() { stop_.request_stop(); }

 private:
  void run(const Work& work, const std::function<void()>& done);

  const std::uint64_t fork_;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> context_stop_;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::optional<Result<Reply>> outcome_;
  bool taken_ = false;
  std::thread thread_;
};

}  // namespace pgiam
