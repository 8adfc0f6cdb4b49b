// A line for who waits: which step it is that takes its time. It goes when the step ends.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace pgiam::cli::doctor {

class Progress {
 public:
  // On standard error, where that is a terminal; otherwise, or where nobody wants it, not at all.
  explicit Progress(bool is_wanted);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void begin(std::string what);
  void end();
  // For a question on the terminal; until the next step.
  void pause() { end(); }

 private:
  void show_late_ones();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string what_ = {};  // "": nothing is under way
  int number_ = 0;  // of begins and ends
  bool is_shown_ = false, is_over_ = false;
  std::thread thread_;
};

}  // namespace pgiam::cli::doctor
