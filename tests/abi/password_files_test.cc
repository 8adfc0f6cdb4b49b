// Real files: what they hold is read again before every connection, under libpq's conditions.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "abi_test.h"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StrEq;

class PasswordFiles : public AbiTest {
 protected:
  PasswordFiles() {
    EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK);
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    file_ = folder_ + "/pw";
  }
  ~PasswordFiles() override {
    unlink(file_.c_str());
    unlink((folder_ + "/link").c_str());
    rmdir(folder_.c_str());
  }
  void write(const std::string& content) {
    std::ofstream(file_) << content;
    chmod(file_.c_str(), 0600);
  }
  // As `pgiam keep` and careful editors do it.
  void replace(const std::string& content) {
    std::ofstream(file_ + ".new") << content;
    chmod((file_ + ".new").c_str(), 0600);
    rename((file_ + ".new").c_str(), file_.c_str());
  }
  pgiam_status ask(const char* option, const std::string& path) {
    const pgiam_option options[] = {{option, path.c_str()}};
    pgiam_request request = PGIAM_REQUEST_INIT;
    request.host = "db.example.com";
    request.port = 6432;
    request.user = "app";
    request.database = "shop";
    request.options = options;
    request.option_count = 1;
    reply_.free();
    error_.free();
    return pgiam_before_connect(context_, &request, reply_.out(), error_.out());
  }
  std::string hint() const { return pgiam_error_text(error_, PGIAM_ERROR_HINT); }

  Context context_;
  Reply reply_;
  Error error_;
  std::string folder_ = ::testing::TempDir() + "/abi-XXXXXX", file_;
};

TEST_F(PasswordFiles, AreReadBeforeEveryConnectionHoweverQuicklyTheyChange) {
  for (int i = 0; i < 500; ++i) {
    const std::string password = "secret " + std::to_string(1000 + i);  // all of the same size
    i % 2 == 0 ? write(password) : replace(password);
    ASSERT_EQ(ask("password_file", file_), PGIAM_OK);
    ASSERT_EQ(token_of(reply_), password);
  }
  EXPECT_THAT(pgiam_reply_text(reply_, PGIAM_REPLY_PROVIDER), StrEq("password_file"));
  EXPECT_EQ(pgiam_reply_number(reply_, PGIAM_REPLY_TOKEN_EXPIRES_AT), 0);
}

TEST_F(PasswordFiles, OfLibpqsKindAreReadByItsRules) {
  write("other:6432:shop:app:no\n*:6432:shop:app:a\\:b:rest\n");
  ASSERT_EQ(ask("pgpass", file_), PGIAM_OK);
  EXPECT_EQ(token_of(reply_), "a:b");
  EXPECT_THAT(pgiam_reply_text(reply_, PGIAM_REPLY_PROVIDER), StrEq("pgpass"));
  write("other:6432:shop:app:no\n");
  EXPECT_EQ(ask("pgpass", file_), PGIAM_NOT_APPLICABLE);
}

TEST_F(PasswordFiles, MayBeReachedByALinkAsLibpqFollowsThem) {
  write("secret");
  const std::string link = folder_ + "/link";
  ASSERT_EQ(symlink(file_.c_str(), link.c_str()), 0);
  ASSERT_EQ(ask("password_file", link), PGIAM_OK);
  EXPECT_EQ(token_of(reply_), "secret");
  chmod(file_.c_str(), 0640);
  EXPECT_EQ(ask("password_file", link), PGIAM_E_BAD_CONFIG);
}

TEST_F(PasswordFiles, AreRefusedWhereOthersMayReadThem) {
  write("secret");
  chmod(file_.c_str(), 0644);
  EXPECT_EQ(ask("password_file", file_), PGIAM_E_BAD_CONFIG);
  EXPECT_THAT(hint(), AllOf(HasSubstr("chmod 600"), HasSubstr(file_)));
}

TEST_F(PasswordFiles, AreFilesAndNoPipesThatWouldBlock) {
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(ask("password_file", file_), PGIAM_E_BAD_CONFIG);
  EXPECT_EQ(ask("pgpass", folder_), PGIAM_E_BAD_CONFIG);
  EXPECT_EQ(ask("pgpass", folder_ + "/none"), PGIAM_E_NO_CREDENTIALS);
}

}  // namespace
