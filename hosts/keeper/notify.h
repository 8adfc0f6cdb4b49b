// Tells the service manager how it goes: sd_notify(3), "$NOTIFY_SOCKET", without its library.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace pgiam::keeper {

// Does nothing where no manager asks for it.
class Notifier {
 public:
  Notifier();  // from $NOTIFY_SOCKET and $WATCHDOG_USEC
  // Lines of assignments, "READY=1\nSTATUS=…".
  void send(std::string_view state) const;
  // How often WATCHDOG=1 is due; 0: never.
  std::chrono::milliseconds watchdog() const { return watchdog_; }

 private:
  std::string socket_;
  std::chrono::milliseconds watchdog_{0};
};

}  // namespace pgiam::keeper
