#include "password_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pgiam::host {
namespace {

constexpr std::size_t kPadding = 8 * 1024;

// What libpq would send: it reads the file before it finds the fault in sslmode.
std::string password_for(const char* host, const char* port, const PasswordFile& file) {
  const char* keywords[] = {"host", "port", "user", "passfile", "sslmode", nullptr};
  const char* values[] = {host, port, "u:s\\er", file.path().c_str(), "none", nullptr};
  PGconn* conn = PQconnectStartParams(keywords, values, 0);
  const std::string password = PQpass(conn);
  PQfinish(conn);
  return password;
}

TEST(PasswordFile, GivesEachHostItsOwnWhateverIsInIt) {
  SecretText lines;
  append_line(lines, "one.example", "5432", "host:5432/?a=b\\c:d", 100);
  append_line(lines, "one.example", "5433", "other port", 0);
  append_line(lines, "::1", "5432", std::string(9'000, 't'), kPadding);
  const PasswordFile file(lines.view());
  EXPECT_EQ(password_for("one.example", "5432", file), "host:5432/?a=b\\c:d");
  EXPECT_EQ(password_for("one.example", "5433", file), "other port");
  EXPECT_EQ(password_for("::1", "5432", file), std::string(9'000, 't'));
  EXPECT_EQ(password_for("two.example", "5432", file), "");
}

TEST(PasswordFile, LeavesRoomBehindThePassword) {
  SecretText lines;
  append_line(lines, "one.example", "5432", "short", kPadding);
  const PasswordFile file(lines.view());
  const char* keywords[] = {"host", "port", "passfile", "sslmode", nullptr};
  const char* values[] = {"one.example", "5432", file.path().c_str(), "none", nullptr};
  PGconn* conn = PQconnectStartParams(keywords, values, 0);
  // Under AddressSanitizer a buffer without the room would be noticed here.
  std::fill_n(PQpass(conn), 5 + kPadding, 'x');
  EXPECT_GE(std::string(PQpass(conn)).size(), 5 + kPadding);
  PQfinish(conn);
}

TEST(PasswordFile, IsForItsOwnerAloneAndGoesWithTheObject) {
  std::string path;
  {
    const PasswordFile file("secret");
    path = file.path();
    struct stat status;
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char content[10] = "";
    EXPECT_EQ(read(fd, content, sizeof content), 6);
    EXPECT_STREQ(content, "secret");
    close(fd);
  }
  EXPECT_NE(access(path.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace pgiam::host
