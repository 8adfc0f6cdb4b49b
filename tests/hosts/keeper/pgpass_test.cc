// The editor of libpq password files, alone and against libpq's own reading.
#include "pgpass.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <unistd.h>

#include <random>

#include "base/pgpass.h"

namespace pgiam::keeper {
namespace {

const Entry kOrders{"orders", "5432", "", "app"};

std::string with(std::string_view content, const Entry& entry, std::string_view password) {
  return std::string(with_password(content, entry, password).view());
}

std::string without(std::string_view content, const Entry& entry, std::string_view password) {
  return std::string(without_password(content, entry, password).view());
}

TEST(Pgpass, WritesALineForEveryDatabaseWhereNoneIsNamed) {
  EXPECT_EQ(with("", kOrders, "secret"), "orders:5432:*:app:secret\n");
  EXPECT_EQ(with("", {"orders", "5432", "shop", "app"}, "secret"), "orders:5432:shop:app:secret\n");
}

TEST(Pgpass, EscapesWhatEndsAField) {
  EXPECT_EQ(with("", {"::1", "5432", "a\\b", "x:y"}, "h:1/?a\\b"),
            "\\:\\:1:5432:a\\\\b:x\\:y:h\\:1/?a\\\\b\n");
}

TEST(Pgpass, KeepsANameThatIsAStarFromBecomingAWildcard) {
  EXPECT_EQ(with("", {"orders", "5432", "*", "*"}, "secret"), "orders:5432:\\*:\\*:secret\n");
  EXPECT_EQ(with("orders:5432:*:*:other\n", {"orders", "5432", "*", "*"}, "secret"),
            "orders:5432:\\*:\\*:secret\norders:5432:*:*:other\n");
}

TEST(Pgpass, ReplacesItsOwnLineInPlace) {
  EXPECT_EQ(with("# mine\na:1:b:c:d\norders:5432:*:app:old\\:x:rest\nlast:1:2:3:4", kOrders, "new"),
            "# mine\na:1:b:c:d\norders:5432:*:app:new\nlast:1:2:3:4");
}

TEST(Pgpass, LeavesOtherLinesAsTheyAreByteForByte) {
  const std::string others =
      "#c\r\n\n  spaced:line \nnot a line\norders:5432:shop:app:own\n\xff\xfe\norders:5432\n";
  EXPECT_EQ(with(others, kOrders, "t"), others + "orders:5432:*:app:t\r\n");
}

TEST(Pgpass, AddsALineAfterOneThatHasNoEnd) {
  EXPECT_EQ(with("a:1:b:c:d", kOrders, "t"), "a:1:b:c:d\norders:5432:*:app:t\n");
}

TEST(Pgpass, StandsBeforeTheWildcardThatWouldHideIt) {
  EXPECT_EQ(with("x:1:2:3:4\n*:*:*:app:other\nend:1:2:3:4\n", kOrders, "t"),
            "x:1:2:3:4\norders:5432:*:app:t\n*:*:*:app:other\nend:1:2:3:4\n");
}

TEST(Pgpass, MovesItsLineAheadOfAWildcardThatHidesIt) {
  EXPECT_EQ(with("*:*:*:*:other\nmid:1:2:3:4\norders:5432:*:app:old\n", kOrders, "t"),
            "orders:5432:*:app:t\n*:*:*:*:other\nmid:1:2:3:4\n");
}

TEST(Pgpass, StaysBehindALineForOneDatabaseOnly) {
  EXPECT_EQ(with("orders:5432:shop:app:own\n", kOrders, "t"),
            "orders:5432:shop:app:own\norders:5432:*:app:t\n");
}

TEST(Pgpass, TakesALineInACommentForNone) {
  EXPECT_EQ(with("#orders:5432:*:app:old\n", kOrders, "t"),
            "#orders:5432:*:app:old\norders:5432:*:app:t\n");
}

TEST(Pgpass, KeepsTheLineEndsOfTheFile) {
  EXPECT_EQ(with("a:1:b:c:d\r\norders:5432:*:app:old\r\n", kOrders, "t"),
            "a:1:b:c:d\r\norders:5432:*:app:t\r\n");
}

TEST(Pgpass, TakesAwayOnlyTheLineWithItsOwnPassword) {
  EXPECT_EQ(without("#\norders:5432:*:app:a\\:b\nx:1:2:3:4", kOrders, "a:b"), "#\nx:1:2:3:4");
  EXPECT_EQ(without("orders:5432:*:app:newer\n", kOrders, "a:b"), "orders:5432:*:app:newer\n");
  EXPECT_EQ(without("orders:5432:shop:app:a\\:b\n", kOrders, "a:b"),
            "orders:5432:shop:app:a\\:b\n");
}

TEST(Pgpass, RefusesNamesThatFitNoLine) {
  EXPECT_EQ(why_not_writable(kOrders), "");
  EXPECT_NE(why_not_writable({"orders", "5432", "", "a\nb"}), "");
  EXPECT_NE(why_not_writable({"#orders", "5432", "", "app"}), "");
}

// What libpq itself would send; "" where it finds nothing. No packet leaves.
std::string libpq_reads(const std::string& file, const Entry& entry, const std::string& database) {
  const char* keywords[] = {"host", "port", "user", "dbname", "passfile", "target_session_attrs",
                            nullptr};
  const char* values[] = {entry.host.c_str(),
                          entry.port.c_str(),
                          entry.user.c_str(),
                          database.c_str(),
                          file.c_str(),
                          "resolve-only",
                          nullptr};
  PGconn* connection = PQconnectStartParams(keywords, values, 0);
  const char* password = PQpass(connection);
  const std::string found = password ? password : "";
  PQfinish(connection);
  return found;
}

class File {
 public:
  File() { close(mkstemp(path_.data())); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { unlink(path_.c_str()); }
  const std::string& holding(const std::string& content) {
    FILE* out = fopen(path_.c_str(), "w");
    fwrite(content.data(), 1, content.size(), out);
    fclose(out);
    return path_;
  }

 private:
  std::string path_ = testing::TempDir() + "/pgpass-XXXXXX";
};

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::string one_of(std::initializer_list<const char*> words) {
    return words.begin()[below(words.size())];
  }
  std::string text(std::string_view letters, std::size_t longest) {
    std::string text;
    for (std::size_t left = 1 + below(longest); left > 0; --left)
      text += letters[below(letters.size())];
    return text;
  }

 private:
  std::mt19937 random_;
};

std::string any_line(Dice& dice) {
  switch (dice.below(6)) {
    case 0:
      return dice.text("#ab:\\* \t", 12);
    case 1:
      return "";
    default: {
      std::string line;
      for (auto words : {std::initializer_list<const char*>{"*", "h", "h\\:1", "\\h", "\\*", "a*", "localhost", "/tmp/x"},
                         {"*", "5432", "1", "5\\432"},
                         {"*", "d", "d\\\\", "\\*", "e"},
                         {"*", "u", "u\\:", "\\*", "v"}})
        line += dice.one_of(words) + ":";
      return line + dice.text("pqr:\\*", 8);
    }
  }
}

// What a host that embeds us would send; "" where there is no line.
std::string we_read(const std::string& content, const Entry& entry, const std::string& database) {
  const auto found = pgpass::find(
      content, {entry.host, entry.port, database.empty() ? entry.user : database, entry.user});
  if (!found) return "";
  std::string password(found->escaped_password.size(), '\0');
  password.resize(pgpass::unescape(found->escaped_password, password.data()));
  return password;
}

TEST(Pgpass, IsReadAsLibpqReadsIt) {
  File file;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Dice dice(seed);
    std::string content;
    for (std::size_t lines = dice.below(5); lines > 0; --lines)
      content += any_line(dice) + dice.one_of({"\n", "\n", "\r\n", "\r\r\n", ""});
    if (dice.below(3) == 0) content += dice.text("hdu51:\\*#\r\n \t", 40);
    const Entry entry{
        dice.one_of({"h", "h:1", "*", "a*", "H", "localhost", "", "/var/run/postgresql", "/tmp/x"}),
        dice.one_of({"5432", "1"}), "", dice.one_of({"u", "u:", "*"})};
    const std::string database = dice.one_of({"", "d", "d\\", "*"});
    EXPECT_EQ(we_read(content, entry, database),
              libpq_reads(file.holding(content), entry, database))
        << "seed " << seed << ":\n"
        << content;
  }
}

TEST(Pgpass, IsReadByLibpqAsItWasMeantAndChangesNothingElse) {
  File file;
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    Dice dice(seed);
    std::string before;
    for (std::size_t lines = dice.below(6); lines > 0; --lines)
      before += any_line(dice) + dice.one_of({"\n", "\n", "\r\n"});
    if (dice.below(4) == 0 && !before.empty()) before.pop_back();
    const Entry entry{dice.one_of({"h", "h:1", "*", "a*"}), dice.one_of({"5432", "1"}),
                      dice.one_of({"", "", "d", "d\\", "*"}), dice.one_of({"u", "u:", "*"})};
    const std::string password = dice.text("aZ:\\*&?%/ #", 40);

    const std::string after = with(before, entry, password);
    // A database of its own may have an earlier line; one that no line names has ours.
    const std::string database = entry.database.empty() ? "unheard-of" : entry.database;
    EXPECT_EQ(libpq_reads(file.holding(after), entry, database), password) << before << "→\n"
                                                                           << after;
    EXPECT_EQ(with(after, entry, password), after) << "a second time changes nothing";

    // Who is not ours reads what he read.
    const Entry other{"other", "5432", "", "u"};
    EXPECT_EQ(libpq_reads(file.holding(after), other, "d"),
              libpq_reads(file.holding(before), other, "d"))
        << before << "→\n"
        << after;
    EXPECT_EQ(libpq_reads(file.holding(without(after, entry, password)), other, "d"),
              libpq_reads(file.holding(before), other, "d"));
  }
}

}  // namespace
}  // namespace pgiam::keeper
