#include "adapters/files_posix.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "adapters/system_clock.h"

namespace pgiam {
namespace {

namespace fs = std::filesystem;

class PosixFilesTest : public testing::Test {
 protected:
  PosixFilesTest() {
    std::string name = testing::TempDir() + "pgiam_files_XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~PosixFilesTest() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  unsigned mode(const std::string& name) const {
    struct stat info {};
    EXPECT_EQ(stat(path(name).c_str(), &info), 0);
    return info.st_mode & 07777;
  }

  Call call(Milliseconds patience = Milliseconds{20'000}) const {
    Call call;
    call.deadline = clock_.uptime() + patience;
    call.stop = stop_.get_token();
    return call;
  }

  const SystemClock clock_{};
  const PosixFiles files_{clock_};
  std::stop_source stop_;
  fs::path folder_;
};

TEST_F(PosixFilesTest, ReadsAWholeFile) {
  const std::string text(100'000, 'x');
  write("f", text);
  EXPECT_EQ(*files_.read(path("f"), call()), text);
  write("empty", "");
  EXPECT_EQ(*files_.read(path("empty"), call()), "");
}

TEST_F(PosixFilesTest, MakesFoldersInAHomeThatIsThereAndNoHome) {
  const char* const before = getenv("HOME");
  const std::string kept = before != nullptr ? before : "";
  setenv("HOME", path("nobody").c_str(), 1);
  EXPECT_FALSE(files_.replace(path("nobody/.aws/cli/cache/f"), "text"));
  EXPECT_FALSE(files_.lock(path("nobody/.aws/cli/cache/f"), call()));
  EXPECT_FALSE(fs::exists(path("nobody")));
  EXPECT_TRUE(files_.replace(path("nobody's neighbour/f"), "text")) << "another folder";
  fs::create_directory(path("nobody"));
  EXPECT_TRUE(files_.replace(path("nobody/.aws/cli/cache/f"), "text"));
  setenv("HOME", kept.c_str(), 1);
}

TEST_F(PosixFilesTest, TrustsWhatOnlyThisUserCanHaveWritten) {
  write("f", "rules");
  for (unsigned mode : {0600u, 0644u, 0400u}) {
    ASSERT_EQ(chmod(path("f").c_str(), mode), 0);
    EXPECT_EQ(*files_.read_trusted(path("f"), call()), "rules");
  }
  EXPECT_EQ(*files_.read_trusted("/dev/null", call()), "") << "takes nothing in";
  EXPECT_EQ(files_.read_trusted(path("none"), call()).error().status, Status::kNoCredentials);
}

TEST_F(PosixFilesTest, DoesNotTrustWhatAnybodyMayWrite) {
  write("f", "rules");
  ASSERT_EQ(chmod(path("f").c_str(), 0646), 0);
  const auto read = files_.read_trusted(path("f"), call());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().status, Status::kBadConfig);
  EXPECT_THAT(read.error().message, testing::HasSubstr("anybody may write to it (owner "));
  EXPECT_THAT(read.error().message, testing::HasSubstr("mode 0646"));
  EXPECT_THAT(read.error().commands, testing::ElementsAre("chmod go-w " + path("f")));
  EXPECT_TRUE(files_.read(path("f"), call())) << "of other files";
}

TEST_F(PosixFilesTest, DoesNotTrustAnothersFileNorOneThatAGroupOfOthersMayWrite) {
  if (geteuid() != 0) return;  // only root can give a file away
  write("f", "rules");
  const auto why = [&](uid_t owner, gid_t group, mode_t mode) {
    EXPECT_EQ(chown(path("f").c_str(), owner, group), 0);
    EXPECT_EQ(chmod(path("f").c_str(), mode), 0);
    const auto read = files_.read_trusted(path("f"), call());
    return read ? std::string() : read.error().message + "; " + read.error().hint;
  };
  EXPECT_THAT(why(1, 1, 0600), testing::AllOf(testing::HasSubstr("owner daemon, mode 0600"),
                                              testing::HasSubstr("chown 0 " + path("f"))));
  EXPECT_EQ(why(0, 1, 0644), "");
  EXPECT_THAT(why(0, 1, 0664),
              testing::AllOf(testing::HasSubstr("group daemon, in which is daemon"),
                             testing::HasSubstr("chmod g-w " + path("f"))));
  EXPECT_THAT(why(0, 54321, 0664), testing::HasSubstr("group 54321, whose members cannot be read"));
  EXPECT_EQ(why(0, 0, 0664), "") << "root's own";
}

TEST_F(PosixFilesTest, LooksAtWhatWasOpenedAndNotAtItsName) {
  write("f", "rules");
  ASSERT_EQ(chmod(path("f").c_str(), 0666), 0);
  ASSERT_EQ(symlink(path("f").c_str(), path("link").c_str()), 0);
  EXPECT_FALSE(files_.read_trusted(path("link"), call()));
}

TEST_F(PosixFilesTest, ReadsWhatHasNoSize) {
  EXPECT_EQ(*files_.read("/dev/null", call()), "");
  EXPECT_NE(files_.read("/proc/self/status", call())->find("Pid:"), std::string::npos);
}

TEST_F(PosixFilesTest, TellsAMissingFileFromOneThatCannotBeRead) {
  EXPECT_EQ(files_.read(path("none"), call()).error().status, Status::kNoCredentials);
  EXPECT_EQ(files_.read(folder_, call()).error().status, Status::kBadConfig);
  EXPECT_NE(files_.read(folder_, call()).error().message.find(folder_), std::string::npos);
}

TEST_F(PosixFilesTest, RefusesAFileThatIsTooLargeWithoutRoomForIt) {
  write("f", "");
  fs::resize_file(path("f"), std::uintmax_t{1} << 42);
  const auto text = files_.read(path("f"), call());
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().status, Status::kBadConfig);
  EXPECT_EQ(text.error().message, path("f") + " is larger than 16 MiB");
}

TEST_F(PosixFilesTest, StampChangesWithTheFile) {
  const FileStamp missing = files_.stamp(path("f"));
  EXPECT_FALSE(missing.exists);
  EXPECT_EQ(missing, files_.stamp(""));
  write("f", "one");
  const FileStamp one = files_.stamp(path("f"));
  EXPECT_TRUE(one.exists);
  EXPECT_EQ(one, files_.stamp(path("f")));
  ASSERT_TRUE(files_.replace(path("f"), "two"));  // as long, perhaps within the clock's tick
  EXPECT_NE(files_.stamp(path("f")), one);
}

// As cp -p, install -p and rsync leave it: keys have the same size, and files of one archive the
// same time.
TEST_F(PosixFilesTest, StampChangesWithAFileThatIsWrittenOverAndGivenItsTimeBack) {
  write("f", "one");
  const auto time = fs::last_write_time(path("f"));
  const FileStamp one = files_.stamp(path("f"));
  const auto end =
      clock_.uptime() + Milliseconds{5'000};  // the file system's clock may not have ticked
  do {
    write("f", "two");
    fs::last_write_time(path("f"), time);
  } while (files_.stamp(path("f")) == one && clock_.uptime() < end);
  EXPECT_NE(files_.stamp(path("f")), one);
}

// Mounting a file that is not there makes a folder in its place; boto3 does not mind either.
TEST_F(PosixFilesTest, AFolderInAFilesPlaceIsNoFile) { EXPECT_FALSE(files_.stamp(folder_).exists); }

TEST_F(PosixFilesTest, ReplacesAFileForNobodyElseToRead) {
  write("f", "old");
  ASSERT_TRUE(files_.replace(path("f"), "new"));
  EXPECT_EQ(*files_.read(path("f"), call()), "new");
  EXPECT_EQ(mode("f"), 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(PosixFilesTest, MakesTheFoldersThatAreMissing) {
  ASSERT_TRUE(files_.replace(path("a/b/f"), "new"));
  EXPECT_EQ(mode("a"), 0700u);
  EXPECT_EQ(mode("a/b"), 0700u);
}

TEST_F(PosixFilesTest, LeavesTheOldFileWhereItCannotReplaceIt) {
  fs::create_directory(path("f"));
  write("f/g", "old");
  EXPECT_FALSE(files_.replace(path("f"), "new"));
  EXPECT_EQ(*files_.read(path("f/g"), call()), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(PosixFilesTest, AProgramThatMayNotWriteSoMuchLivesOn) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit two_bytes{2, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &two_bytes), 0);
  const auto replaced = files_.replace(path("f"), "new");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(replaced);
}

TEST_F(PosixFilesTest, ALockIsHeldByOne) {
  auto held = files_.lock(path("f"), call(Milliseconds{0}));
  ASSERT_TRUE(held);
  EXPECT_EQ(files_.lock(path("f"), call(Milliseconds{30})).error().status, Status::kTimeout);
  std::thread releaser([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    held->reset();
  });
  EXPECT_TRUE(files_.lock(path("f"), call()));
  releaser.join();
}

// Opens a pipe once somebody reads it, and writes as the test says.
class Writer {
 public:
  explicit Writer(const std::string& path, std::vector<std::string> parts)
      : thread_([path, parts = std::move(parts)] {
          const int fd = open(path.c_str(), O_WRONLY);
          for (const std::string& part : parts) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));  // nothing to wait for
            EXPECT_EQ(::write(fd, part.data(), part.size()), static_cast<ssize_t>(part.size()));
          }
          close(fd);
        }) {}
  ~Writer() { thread_.join(); }

 private:
  std::thread thread_;
};

TEST_F(PosixFilesTest, APipeIsReadToTheEndOfItsWriter) {
  ASSERT_EQ(mkfifo(path("p").c_str(), 0600), 0);
  const Writer writer(path("p"), {"one ", "two ", std::string(100'000, 'x')});
  EXPECT_EQ(files_.read(path("p"), call()).value(), "one two " + std::string(100'000, 'x'));
}

TEST_F(PosixFilesTest, APipeWhoseWriterSaysNothingIsEmpty) {
  ASSERT_EQ(mkfifo(path("p").c_str(), 0600), 0);
  const Writer writer(path("p"), {});
  EXPECT_EQ(files_.read(path("p"), call()).value(), "");
}

TEST_F(PosixFilesTest, APipeWithoutAWriterEndsWithTheDeadlineAndIsNamed) {
  ASSERT_EQ(mkfifo(path("p").c_str(), 0600), 0);
  const Milliseconds start = clock_.uptime();
  const auto text = files_.read(path("p"), call(Milliseconds{50}));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().status, Status::kTimeout);
  EXPECT_NE(text.error().message.find(path("p")), std::string::npos);
  EXPECT_TRUE(text.error().retryable);
  EXPECT_GE(clock_.uptime() - start, Milliseconds{50});
}

TEST_F(PosixFilesTest, APipeWhoseWriterStopsHalfwayEndsWithTheDeadline) {
  ASSERT_EQ(mkfifo(path("p").c_str(), 0600), 0);
  const int both = open(path("p").c_str(), O_RDWR);
  ASSERT_EQ(::write(both, "half", 4), 4);
  EXPECT_EQ(files_.read(path("p"), call(Milliseconds{50})).error().status, Status::kTimeout);
  close(both);
}

TEST_F(PosixFilesTest, WaitingForAPipeIsCancelledAtOnce) {
  ASSERT_EQ(mkfifo(path("p").c_str(), 0600), 0);
  std::thread canceller([this] {
    const int fd = open(path("p").c_str(), O_WRONLY);  // until it is read
    stop_.request_stop();
    close(fd);
  });
  const auto text = files_.read(path("p"), call());
  canceller.join();
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().status, Status::kCancelled);
}

TEST_F(PosixFilesTest, WhatIsWrittenIntoAPipeWithoutANameIsNoChange) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string name = "/dev/fd/" + std::to_string(ends[0]);
  const FileStamp before = files_.stamp(name);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // past the file system's clock tick
  ASSERT_EQ(::write(ends[1], "text", 4), 4);
  close(ends[1]);
  EXPECT_EQ(files_.read(name, call()).value(), "text");
  EXPECT_EQ(files_.stamp(name), before);
  close(ends[0]);
}

TEST_F(PosixFilesTest, WaitingForALockIsCancelledAtOnce) {
  const auto held = files_.lock(path("f"), call(Milliseconds{0}));
  ASSERT_TRUE(held);
  std::thread canceller([this] { stop_.request_stop(); });
  EXPECT_EQ(files_.lock(path("f"), call()).error().status, Status::kCancelled);
  canceller.join();
}

TEST_F(PosixFilesTest, ALockIsNotMadeWhereALinkLeads) {
  fs::create_symlink(path("elsewhere"), path("f.lock"));
  const auto held = files_.lock(path("f"), call());
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().status, Status::kBadConfig);
  EXPECT_FALSE(fs::exists(path("elsewhere")));
}

TEST_F(PosixFilesTest, WritesNothingWhereAnybodyMayWrite) {
  fs::create_directory(path("open"));
  ASSERT_EQ(chmod(path("open").c_str(), 0777), 0);
  const auto replaced = files_.replace(path("open/f"), "new");
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().status, Status::kBadConfig);
  EXPECT_FALSE(files_.lock(path("open/f"), call()));
  EXPECT_EQ(fs::directory_iterator(path("open")), fs::directory_iterator());
  ASSERT_EQ(chmod(path("open").c_str(), 01777), 0);  // as /tmp, where nobody moves another's files
  EXPECT_TRUE(files_.replace(path("open/f"), "new"));
}

TEST_F(PosixFilesTest, WritesWithoutAFolderIntoTheCurrentOne) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const auto replaced = files_.replace("f", "new");
  fs::current_path(before);
  EXPECT_TRUE(replaced);
  EXPECT_EQ(*files_.read(path("f"), call()), "new");
}

}  // namespace
}  // namespace pgiam
