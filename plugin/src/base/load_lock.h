// What is held while a shared library is loaded: glibc's dlopen() is not safe against a fork() in
// another thread. The child would find the loader's own lock held for ever, or the library half set
// up.
#pragma once

namespace pgiam {

// fork() waits until it is free; and whoever has loaded goes on when the forks that waited are over,
// since they began before the library could prepare for them. Both wait for a second at most: before
// glibc 2.36 a constructor that calls pthread_atfork() cannot go on while fork() waits. One thread at
// a time; not to be taken by a thread that has it.
class LoadLock {
 public:
  LoadLock();
  ~LoadLock();
  LoadLock(const LoadLock&) = delete;
  LoadLock& operator=(const LoadLock&) = delete;
};

}  // namespace pgiam
