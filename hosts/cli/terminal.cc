#include "terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <string>

namespace pgiam::cli {
namespace {

class Terminal {
 public:
  Terminal() : file_(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (file_ >= 0) close(file_);
  }

  // A job in the background would be stopped by the first look at it.
  bool usable() const { return file_ >= 0 && tcgetpgrp(file_) == getpgrp(); }

  bool show(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = write(file_, text.data(), text.size());
      if (written < 0 && errno != EINTR) return false;
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

  // A line without its end; the terminal's own line editing and echo are on. -1: none came.
  ssize_t read_line(char* line, std::size_t size) const {
    ssize_t length;
    do length = read(file_, line, size);
    while (length < 0 && errno == EINTR);
    if (length > 0 && line[length - 1] == '\n') return length - 1;
    return length > 0 ? length : -1;
  }

  int file() const { return file_; }

 private:
  const int file_;
};

// Keeps what is typed off the screen; who interrupts finds the terminal as it was.
class Hidden {
 public:
  explicit Hidden(int terminal) {
    if (tcgetattr(terminal, &before_) != 0) return;
    terminal_ = terminal;
    struct sigaction action {};
    action.sa_handler = restore_and_end;
    for (std::size_t i = 0; i < std::size(kEnding); ++i) sigaction(kEnding[i], &action, &old_[i]);
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(terminal, TCSAFLUSH, &hidden);
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;
  ~Hidden() {
    if (terminal_ < 0) return;
    tcsetattr(terminal_, TCSANOW, &before_);
    terminal_ = -1;
    for (std::size_t i = 0; i < std::size(kEnding); ++i) sigaction(kEnding[i], &old_[i], nullptr);
  }

 private:
  static constexpr int kEnding[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  static void restore_and_end(int number) {
    tcsetattr(terminal_, TCSANOW, &before_);
    signal(number, SIG_DFL);
    raise(number);
  }

  static inline int terminal_ = -1;
  static inline termios before_;
  struct sigaction old_[std::size(kEnding)] = {};
};

std::string device_login_text(const pgiam_prompt& prompt) {
  std::string text = std::string(prompt.title) + ": open\n\n  ";
  text += prompt.url_complete ? prompt.url_complete : prompt.url;
  if (prompt.user_code)
    text += std::string("\n\nin any browser and check that it shows the code\n\n  ") + prompt.user_code;
  return text + "\n\nWaiting, at most " + std::to_string((prompt.expires_in_ms + 59'999) / 60'000) +
         " minutes …\n";
}

pgiam_status ask_for_code(const Terminal& terminal, const pgiam_prompt& prompt, Answer& answer) {
  std::string text;
  if (prompt.flags & PGIAM_PROMPT_FLAG_RETRY) text += "That code was not accepted.\n";
  if (prompt.flags & PGIAM_PROMPT_FLAG_FINAL_TRY) text += "One more wrong code locks the device.\n";
  text += prompt.title;
  if (prompt.subject) text += std::string(", device ") + prompt.subject;
  if (!terminal.show(text + ": ")) return PGIAM_E_LOGIN_DECLINED;
  char line[256];
  const ssize_t length = terminal.read_line(line, sizeof line);
  const pgiam_status status =
      length > 0 ? answer.set(line, static_cast<std::size_t>(length)) : PGIAM_E_LOGIN_DECLINED;
  explicit_bzero(line, sizeof line);
  return status;
}

}  // namespace

bool terminal_is_there() { return Terminal().usable(); }

pgiam_status ask_on_terminal(const pgiam_prompt& prompt, Answer& answer) {
  const Terminal terminal;
  if (!terminal.usable()) return PGIAM_E_UNSUPPORTED;
  switch (prompt.kind) {
    case PGIAM_PROMPT_DEVICE_LOGIN:
      return terminal.show(device_login_text(prompt)) ? PGIAM_OK : PGIAM_E_LOGIN_DECLINED;
    case PGIAM_PROMPT_MFA_CODE:
      return ask_for_code(terminal, prompt, answer);
    case PGIAM_PROMPT_CLOSE:
      return PGIAM_OK;
    default:
      return PGIAM_E_UNSUPPORTED;
  }
}

host::SecretText ask_for_password(const std::string& question) {
  const Terminal terminal;
  host::SecretText word;
  if (!terminal.usable()) return word;
  char line[1024];
  ssize_t length = -1;
  {
    const Hidden hidden(terminal.file());  // first: who sees the question may type
    if (terminal.show(question + ": ")) length = terminal.read_line(line, sizeof line);
  }
  terminal.show("\n");
  if (length > 0) word.append(std::string_view(line, static_cast<std::size_t>(length)));
  explicit_bzero(line, sizeof line);
  return word;
}

}  // namespace pgiam::cli
