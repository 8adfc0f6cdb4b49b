// Lists of hosts pair as libpq pairs them.
#include "flow/attempt/host_list.h"

#include <gmock/gmock.h>

namespace pgiam {
namespace {

using ::testing::HasSubstr;

std::string text_of(const std::vector<HostEntry>& entries) {
  std::string text;
  for (const HostEntry& entry : entries)
    text += entry.host + "/" + entry.hostaddr + "/" + std::to_string(entry.port) + " ";
  return text;
}

TEST(HostList, PairsAsLibpqDoes) {
  const struct {
    const char *host, *hostaddr, *port, *entries;
  } cases[] = {
      {"a", "", "", "a//5432 "},
      {"a,b", "", "", "a//5432 b//5432 "},
      {"a,b", "", "6000", "a//6000 b//6000 "},
      {"a,b", "", "6000,6001", "a//6000 b//6001 "},
      {"a,b", "", ",6001", "a//5432 b//6001 "},
      {"a,b", "10.0.0.1,10.0.0.2", "", "a/10.0.0.1/5432 b/10.0.0.2/5432 "},
      {"", "10.0.0.1,10.0.0.2", "1,2", "/10.0.0.1/1 /10.0.0.2/2 "},
      {"a,b", "10.0.0.1,", "", "a/10.0.0.1/5432 b//5432 "},
      {"", "", "", "//5432 "},
      {"/run/postgresql,b", "", "", "/run/postgresql//5432 b//5432 "},
      {"a", "", " 6000 ", "a//6000 "},
  };
  for (const auto& c : cases)
    EXPECT_EQ(text_of(*pair_hosts(c.host, c.hostaddr, c.port)), c.entries);
}

TEST(HostList, RefusesWhatLibpqRefuses) {
  EXPECT_THAT(pair_hosts("a,b", "10.0.0.1", "").error().message,
              HasSubstr("2 names in host for 1 addresses"));
  EXPECT_THAT(pair_hosts("a,b,c", "", "1,2").error().message,
              HasSubstr("2 numbers in port for 3 hosts"));
  for (const char* port : {"0", "65536", "x", "1x", "-1"})
    EXPECT_EQ(pair_hosts("a", "", port).error().status, Status::kInvalidArgument) << port;
}

TEST(HostList, AnEntryIsLookedUpByItsNameAndElseByItsAddress) {
  EXPECT_EQ((HostEntry{"a", "10.0.0.1", 1}).name(), "a");
  EXPECT_EQ((HostEntry{"", "10.0.0.1", 1}).name(), "10.0.0.1");
}

}  // namespace
}  // namespace pgiam
