// A thread that somebody cancels (pthread_cancel) unwinds from where it waits, and where that has to pass a noexcept the
// whole program ends. What must be done to its end is done under this: the thread goes at its next wait after it.
#pragma once

#include <pthread.h>

namespace pgiam {

class Uncancellable {
 public:
  Uncancellable() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~Uncancellable() { pthread_setcancelstate(before_, nullptr); }
  Uncancellable(const Uncancellable&) = delete;
  Uncancellable& operator=(const Uncancellable&) = delete;

 private:
  int before_;
};

}  // namespace pgiam
