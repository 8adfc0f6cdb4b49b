// The same question asked again: answered at once, but never with what has changed meanwhile.
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "abi_test.h"

namespace {

using ::testing::HasSubstr;

class Again : public AbiTest {
 protected:
  Again() { EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK); }

  static std::string ask(pgiam_context* context) {
    const pgiam_request request = request_for("again");
    Reply reply;
    EXPECT_EQ(pgiam_before_connect(context, &request, reply.out(), nullptr), PGIAM_OK);
    return token_of(reply);
  }

  Context context_;
};

TEST_F(Again, AVariableThatIsSetInBetweenCounts) {
  for (const char* key : {"AKIAEXAMPLEEXAMPLE34", "AKIAEXAMPLEEXAMPLE56"}) {
    ask(context_);
    setenv("AWS_ACCESS_KEY_ID", key, 1);
    EXPECT_THAT(ask(context_), HasSubstr(key));
  }
  forget_credentials();
  const pgiam_request request = request_for("again");
  Reply reply;
  EXPECT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_E_NO_CREDENTIALS);
}

TEST_F(Again, ARefusalInAnotherThreadCounts) {
  const pgiam_request request = request_for("again");
  Reply first, second;
  ask(context_);
  ASSERT_EQ(pgiam_before_connect(context_, &request, first.out(), nullptr), PGIAM_OK);
  std::thread([&] {
    pgiam_after_connect(context_, first, PGIAM_OUTCOME_AUTH_FAILED, "28P01", nullptr);
  }).join();
  ASSERT_EQ(pgiam_before_connect(context_, &request, second.out(), nullptr), PGIAM_OK);
  EXPECT_EQ(pgiam_reply_number(second, PGIAM_REPLY_FROM_CACHE), 0);
}

TEST_F(Again, AContextAtTheAddressOfAFreedOneHasOptionsOfItsOwn) {
  const pgiam_request request = request_for("again");
  pgiam_config config = PGIAM_CONFIG_INIT;
  config.option_count = 1;
  for (int i = 0; i < 20; ++i) {
    const char* const region = i % 2 ? "us-west-2" : "ap-south-1";
    const pgiam_option options[] = {{"region", region}};
    config.options = options;
    Context context;
    ASSERT_EQ(pgiam_context_new(&config, context.out(), nullptr), PGIAM_OK);
    Reply held;
    ASSERT_EQ(pgiam_before_connect(context, &request, held.out(), nullptr), PGIAM_OK);
    EXPECT_THAT(ask(context), HasSubstr(region));
    context.free();
    EXPECT_THAT(token_of(held), HasSubstr(region));
  }
}

TEST_F(Again, ParentAndChildGoOnEachOnItsOwn) {
  const std::string token = ask(context_);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    const bool same = ask(context_) == token && ask(context_) == token;
    setenv("AWS_ACCESS_KEY_ID", "AKIAOFTHECHILD123456", 1);
    _exit(same && ask(context_).find("AKIAOFTHECHILD123456") != std::string::npos ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(ask(context_), token);
}

// A text that is looked for in memory, and not found because it is looked for.
class Veiled {
 public:
  explicit Veiled(std::string text) : text_(std::move(text)) {
    for (char& c : text_) c = static_cast<char>(c ^ kVeil);
  }
  bool is_at(const char* memory) const {
    for (std::size_t i = 0; i < text_.size(); ++i)
      if (static_cast<char>(memory[i] ^ kVeil) != text_[i]) return false;
    return true;
  }
  std::size_t size() const { return text_.size(); }
  char first() const { return static_cast<char>(text_[0] ^ kVeil); }

 private:
  static constexpr char kVeil = 0x55;
  std::string text_;
};

// In what the process has written. Sanitizers' own memory is left out by its size.
bool is_in_memory(const Veiled& wanted) {
  FILE* maps = std::fopen("/proc/self/maps", "r");
  FILE* memory = std::fopen("/proc/self/mem", "r");
  bool found = false;
  char line[512];
  std::vector<char> page(1 << 16);
  while (std::fgets(line, sizeof line, maps)) {
    unsigned long start = 0, end = 0;
    char mode[5] = "";
    if (std::sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3 || mode[1] != 'w') continue;
    if (end - start > (64u << 20)) continue;
    const auto own = reinterpret_cast<unsigned long>(page.data());
    for (unsigned long at = start; at + wanted.size() <= end; at += page.size() - wanted.size()) {
      const auto size = std::min<unsigned long>(page.size(), end - at);
      if (at < own + page.size() && own < at + size) continue;
      if (std::fseek(memory, static_cast<long>(at), SEEK_SET) != 0 ||
          std::fread(page.data(), 1, size, memory) != size)
        break;
      if (size < wanted.size()) break;
      const char* const last = page.data() + size - wanted.size();
      for (const char* look = page.data(); look <= last; ++look) {
        look = static_cast<const char*>(
            std::memchr(look, wanted.first(), static_cast<std::size_t>(last - look) + 1));
        if (look == nullptr) break;
        if (wanted.is_at(look)) found = true;
      }
    }
  }
  std::fclose(memory);
  std::fclose(maps);
  return found;
}

// A thread that asked, and waits until it is told to end.
class Asker {
 public:
  explicit Asker(pgiam_context* context)
      : thread_([this, context] {
          const pgiam_request request = request_for("canary");
          for (int i = 0; i < 3; ++i) {
            Reply reply;
            EXPECT_EQ(pgiam_before_connect(context, &request, reply.out(), nullptr), PGIAM_OK);
          }
          std::unique_lock lock(mutex_);
          asked_ = true;
          changed_.notify_all();
          changed_.wait(lock, [this] { return over_; });
        }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return asked_; });
  }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;
  ~Asker() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false, over_ = false;
  std::thread thread_;
};

// The signature of the token that the context gives now.
Veiled signature_of(pgiam_context* context) {
  const pgiam_request request = request_for("canary");
  Reply reply;
  EXPECT_EQ(pgiam_before_connect(context, &request, reply.out(), nullptr), PGIAM_OK);
  for (size_t i = 0; i < pgiam_reply_param_count(reply); ++i) {
    pgiam_param param = {sizeof param, 0, nullptr, nullptr};
    pgiam_reply_param(reply, i, &param);
    if (std::string(param.key) == "password")
      return Veiled(std::strstr(param.value, "X-Amz-Signature=") + 16);
  }
  return Veiled("no token");
}

TEST_F(Again, NoThreadKeepsATokenOfAContextThatWasFreed) {
  const Asker asker(context_);
  const Veiled signature = signature_of(context_);
  EXPECT_TRUE(is_in_memory(signature)) << "the search finds what is there";
  context_.free();
  EXPECT_FALSE(is_in_memory(signature));
}

}  // namespace
