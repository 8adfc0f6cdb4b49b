#include "progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>

namespace pgiam::cli::doctor {
namespace {

constexpr std::chrono::milliseconds kPatience{500};
constexpr const char* kErased = "\r\x1b[K";

constexpr std::string_view kGoesOn = " ...";

// On one line of the terminal, whose last column stays free.
std::string fit_to_terminal(std::string text) {
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  const std::size_t width = is_known ? size.ws_col - 1u : 79;
  const std::size_t room = width > kGoesOn.size() ? width - kGoesOn.size() : 0;
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  if (text.size() > room) text.resize(room);
  return text.append(kGoesOn);
}

bool show(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Progress::Progress(bool is_wanted) {
  if (is_wanted && isatty(STDERR_FILENO)) thread_ = std::thread([this] { show_late_ones(); });
}

Progress::~Progress() {
  end();
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Progress::begin(std::string what) {
  end();
  const std::lock_guard lock(mutex_);
  what_ = std::move(what);
  ++number_;
  changed_.notify_one();
}

void Progress::end() {
  const std::lock_guard lock(mutex_);
  if (is_shown_) show(kErased);
  is_shown_ = false;
  what_.clear();
  ++number_;
  changed_.notify_one();
}

void Progress::show_late_ones() {
  std::unique_lock lock(mutex_);
  while (!is_over_) {
    changed_.wait(lock, [this] { return is_over_ || (!what_.empty() && !is_shown_); });
    const int number = number_;
    const bool has_ended =
        changed_.wait_for(lock, kPatience, [&] { return is_over_ || number_ != number; });
    if (has_ended || what_.empty()) continue;
    is_shown_ = show(kErased + fit_to_terminal(what_));
  }
}

}  // namespace pgiam::cli::doctor
