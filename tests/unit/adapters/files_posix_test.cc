#include "adapters/files_posix.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

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

  const PosixFiles files_;
  fs::path folder_;
};

TEST_F(PosixFilesTest, ReadsAWholeFile) {
  const std::string text(100'000, 'x');
  write("f", text);
  EXPECT_EQ(*files_.read(path("f")), text);
  write("empty", "");
  EXPECT_EQ(*files_.read(path("empty")), "");
}

TEST_F(PosixFilesTest, ReadsWhatHasNoSize) {
  EXPECT_EQ(*files_.read("/dev/null"), "");
  EXPECT_NE(files_.read("/proc/self/status")->find("Pid:"), std::string::npos);
}

TEST_F(PosixFilesTest, TellsAMissingFileFromOneThatCannotBeRead) {
  EXPECT_EQ(files_.read(path("none")).error().status, Status::kNoCredentials);
  EXPECT_EQ(files_.read(folder_).error().status, Status::kBadConfig);
  EXPECT_NE(files_.read(folder_).error().message.find(folder_), std::string::npos);
}

TEST_F(PosixFilesTest, RefusesAFileThatIsTooLargeWithoutRoomForIt) {
  write("f", "");
  fs::resize_file(path("f"), std::uintmax_t{1} << 42);
  const auto text = files_.read(path("f"));
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

// Mounting a file that is not there makes a folder in its place; boto3 does not mind either.
TEST_F(PosixFilesTest, AFolderInAFilesPlaceIsNoFile) {
  EXPECT_FALSE(files_.stamp(folder_).exists);
}

TEST_F(PosixFilesTest, ReplacesAFileForNobodyElseToRead) {
  write("f", "old");
  ASSERT_TRUE(files_.replace(path("f"), "new"));
  EXPECT_EQ(*files_.read(path("f")), "new");
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
  EXPECT_EQ(*files_.read(path("f/g")), "old");
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
  auto held = files_.lock(path("f"), Milliseconds{0});
  ASSERT_TRUE(held);
  EXPECT_EQ(files_.lock(path("f"), Milliseconds{30}).error().status, Status::kTimeout);
  std::thread releaser([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    held->reset();
  });
  EXPECT_TRUE(files_.lock(path("f"), Milliseconds{20'000}));
  releaser.join();
}

}  // namespace
}  // namespace pgiam
