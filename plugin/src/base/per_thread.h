// One T for each thread, which a thread may use until its very end: exit handlers, and destructors
// of what programs keep per thread, run after a plain thread_local is gone, and may connect.
#pragma once

#include <optional>

namespace pgiam {

// T must be a type of the user's own: all users of a type share the thread's one.
template <typename T>
class PerThread {
 public:
  // Lives as long as this object does, at least.
  T& get() {
    if (is_gone_) return own_ ? *own_ : own_.emplace();
    thread_local Owner owner;
    return owner.value;
  }

 private:
  struct Owner {
    T value;
    ~Owner() { is_gone_ = true; }
  };
  static inline thread_local bool is_gone_ = false;  // has no destructor, so it is there to the end

  std::optional<T> own_;
};

}  // namespace pgiam
