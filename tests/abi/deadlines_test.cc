// What a file or a program that does not answer may cost: the time that the request gives, and
// nothing once the context goes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "abi_test.h"

namespace {

using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Deadlines : public AbiTest {
 protected:
  Deadlines() {
    std::string name = testing::TempDir() + "pgiam_deadlines_XXXXXX";
    folder_ = mkdtemp(name.data());
    EXPECT_EQ(mkfifo(pipe().c_str(), 0600), 0);
    EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK);
  }
  ~Deadlines() override {
    for (const std::string& name : set_) unsetenv(name.c_str());
    std::filesystem::remove_all(folder_);
  }

  std::string pipe() const { return folder_ + "/pipe"; }
  void set(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    set_.push_back(name);
  }
  // The variables with which the pipe is read, as the test's parameter names them.
  void read_from_pipe(const std::string& what) {
    if (what == "AWS_WEB_IDENTITY_TOKEN_FILE" || what == "AWS_CA_BUNDLE") {
      forget_credentials();
      set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/app");
      set("AWS_WEB_IDENTITY_TOKEN_FILE", "/proc/self/comm");
      set("AWS_ENDPOINT_URL_STS", "https://127.0.0.1:1");
    }
    if (what == "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
      forget_credentials();
      set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/");
    }
    set(what, pipe());
  }

  Context context_;
  std::string folder_;
  std::vector<std::string> set_;
};

class PipeInAFilesPlace : public Deadlines, public testing::WithParamInterface<const char*> {};

TEST_P(PipeInAFilesPlace, EndsWithTheDeadlineAndIsNamed) {
  read_from_pipe(GetParam());
  pgiam_request request = request_for("app");
  request.timeout_ms = 400;  // in which libcurl is loaded, by a slow machine, too
  for (int i = 0; i < 2; ++i) {
    Reply reply;
    Error error;
    const auto start = Clock::now();
    EXPECT_EQ(pgiam_before_connect(context_, &request, reply.out(), error.out()), PGIAM_E_TIMEOUT);
    const auto took = Clock::now() - start;
    EXPECT_GE(took, milliseconds(399)) << "each request has its own time";
    EXPECT_LT(took, milliseconds(3000));
    ASSERT_NE(error, nullptr);
    EXPECT_THAT(pgiam_error_text(error, PGIAM_ERROR_MESSAGE), HasSubstr(pipe()));
  }
}

TEST_P(PipeInAFilesPlace, IsLetGoWhenTheContextGoes) {
  read_from_pipe(GetParam());
  const pgiam_request request = request_for("app");
  Operation operation;
  ASSERT_EQ(pgiam_before_connect_start(context_, &request, nullptr, nullptr, operation.out(), nullptr),
            PGIAM_OK);
  const int writer = open(pipe().c_str(), O_WRONLY | O_CLOEXEC);  // until it is read
  const auto start = Clock::now();
  context_.free();
  EXPECT_LT(Clock::now() - start, milliseconds(3000));
  Reply reply;
  EXPECT_EQ(pgiam_operation_wait(operation, -1, reply.out(), nullptr), PGIAM_E_CANCELLED);
  EXPECT_LT(Clock::now() - start, milliseconds(3000));
  close(writer);
}

INSTANTIATE_TEST_SUITE_P(, PipeInAFilesPlace,
                         testing::Values("PGIAM_CONFIG", "AWS_CONFIG_FILE",
                                         "AWS_SHARED_CREDENTIALS_FILE",
                                         "AWS_WEB_IDENTITY_TOKEN_FILE",
                                         "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CA_BUNDLE"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(Deadlines, APipeWhoseWriterAnswersInTimeIsAsGoodAsAFile) {
  forget_credentials();
  set("AWS_SHARED_CREDENTIALS_FILE", pipe());
  // As often as it is asked for, as a program that keeps secrets in a pipe does.
  std::thread writer([this] {
    const std::string text = std::string("[default]\naws_access_key_id = ") + kAccessKey +
                             "\naws_secret_access_key = " + kSecretKey + "\n";
    for (struct stat info; stat(pipe().c_str(), &info) == 0;) {
      const int fd = open(pipe().c_str(), O_WRONLY | O_CLOEXEC);
      if (fd < 0 || write(fd, text.data(), text.size()) < 0) break;
      close(fd);
      std::this_thread::sleep_for(milliseconds(20));  // the reader has to see its end
    }
  });
  const pgiam_request request = request_for("app");
  Reply reply;
  Error error;
  EXPECT_EQ(pgiam_before_connect(context_, &request, reply.out(), error.out()), PGIAM_OK)
      << (error ? pgiam_error_text(error, PGIAM_ERROR_MESSAGE) : "");
  EXPECT_THAT(token_of(reply), is_token_for("app"));
  const int reader = open(pipe().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // lets the writer go
  std::filesystem::remove(pipe());
  writer.join();
  close(reader);
}

TEST_F(Deadlines, AProgramThatRunsOnEndsWithTheDeadline) {
  forget_credentials();
  const std::string config = folder_ + "/config";
  const int fd = open(config.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string text = "[default]\ncredential_process = trap '' TERM; while :; do sleep 1; done\n";
  ASSERT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  close(fd);
  set("AWS_CONFIG_FILE", config);
  pgiam_request request = request_for("app");
  request.timeout_ms = 100;
  Error error;
  Reply reply;
  const auto start = Clock::now();
  EXPECT_EQ(pgiam_before_connect(context_, &request, reply.out(), error.out()), PGIAM_E_TIMEOUT);
  EXPECT_LT(Clock::now() - start, milliseconds(3000));
  EXPECT_EQ(pgiam_error_number(error, PGIAM_ERROR_RETRYABLE), 1);
}

}  // namespace
