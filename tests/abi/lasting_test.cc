// pgiam.hpp over many calls: no thread, descriptor or byte is lost. With PGIAM_TEST_LONG: 200,000 calls.
#include <pgiam.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include <unistd.h>

#include "abi_test.h"

namespace {

namespace fs = std::filesystem;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kMemoryTells = false;  // theirs is kept from being used again
#else
constexpr bool kMemoryTells = true;
#endif

struct Held {
  std::ptrdiff_t threads, descriptors;
  long bytes;
};

std::ptrdiff_t entries_of(const char* folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

Held held() {
  std::ifstream sizes("/proc/self/statm");
  long all = 0, resident = 0;
  sizes >> all >> resident;
  return {entries_of("/proc/self/task"), entries_of("/proc/self/fd"), resident * sysconf(_SC_PAGESIZE)};
}

// A thread of the library's may be about to let go of one.
bool descriptors_become(std::ptrdiff_t most) {
  for (int i = 0; entries_of("/proc/self/fd") > most; ++i) {
    if (i == 10'000) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

std::ostream& operator<<(std::ostream& out, const Held& held) {
  return out << held.threads << " threads, " << held.descriptors << " descriptors, " << held.bytes << " bytes";
}

class Lasting : public AbiTest {
 protected:
  // Of each kind: a token that is kept or signed, one by an operation, a refusal, a context.
  Held after(int calls) {
    for (int i = 0; i < calls; ++i) {
      const pgiam::Request request = pgiam::Request(kHost).user("user" + std::to_string(i % 300));
      EXPECT_TRUE(context_.before_connect(request));
      if (i % 10 != 0) continue;
      EXPECT_TRUE(context_.start(request).value().wait());
      EXPECT_FALSE(context_.before_connect(pgiam::Request(kHost).option("no such", "option")));
      EXPECT_TRUE(pgiam::Context().before_connect(request));
    }
    return held();
  }

  pgiam::Context context_{pgiam::Config().option("cache", "memory")};
};

TEST_F(Lasting, NothingIsLostOverManyCalls) {
  const Held before = after(1'000);
  const Held now = after(std::getenv("PGIAM_TEST_LONG") ? 200'000 : 3'000);
  EXPECT_LE(now.threads, before.threads + 64);  // the library's own come and go
  EXPECT_TRUE(descriptors_become(before.descriptors)) << before << ", then " << held();
  if (kMemoryTells) {
    EXPECT_LT(now.bytes, before.bytes + (4 << 20));
  }
  std::cout << before << ", then " << now << '\n';
}

}  // namespace
