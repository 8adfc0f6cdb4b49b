#include "adapters/resolver_settings.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace pgiam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ResolverSettings read(std::string_view resolv_conf, const char* localdomain = nullptr,
                      const char* res_options = nullptr, std::string_view machine = "box") {
  return read_resolver_settings(resolv_conf, localdomain, res_options, machine);
}

std::string text_of(const dns::Server& server) {
  char text[INET6_ADDRSTRLEN] = "";
  if (server.address.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(server.address);
    inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof text);
    return "[" + std::string(text) + "]:" + std::to_string(ntohs(address.sin6_port));
  }
  const auto& address = reinterpret_cast<const sockaddr_in&>(server.address);
  inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  return std::string(text) + ":" + std::to_string(ntohs(address.sin_port));
}

std::vector<std::string> servers_of(const ResolverSettings& settings) {
  std::vector<std::string> texts;
  for (const dns::Server& server : settings.servers.servers) texts.push_back(text_of(server));
  return texts;
}

TEST(ResolverSettings, AreReadLineByLine) {
  const auto settings = read(
      "# nameserver 192.0.2.9\n; nameserver 192.0.2.8\n"
      "nameserver 192.0.2.1\n\tnameserver\t2001:db8::1 \r\n"
      "search a.example b.example\noptions ndots:3 edns0 use-vc rotate trust-ad");
  EXPECT_THAT(servers_of(settings), ElementsAre("192.0.2.1:53", "[2001:db8::1]:53"));
  EXPECT_THAT(settings.search, ElementsAre("a.example", "b.example"));
  EXPECT_EQ(settings.whole_with, 3u);
  EXPECT_TRUE(settings.servers.edns && settings.servers.only_tcp && settings.rotate);
}

TEST(ResolverSettings, AskThisMachineWhereNothingIsSaid) {
  const auto settings = read("");
  EXPECT_THAT(servers_of(settings), ElementsAre("127.0.0.1:53"));
  EXPECT_THAT(settings.search, IsEmpty());
  EXPECT_EQ(settings.whole_with, 1u);
  EXPECT_FALSE(settings.servers.edns || settings.servers.only_tcp || settings.rotate);
}

TEST(ResolverSettings, HaveNoMoreThanTheResolverLibraryTakes) {
  const auto settings = read(
      "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\noptions ndots:99");
  EXPECT_THAT(servers_of(settings), ElementsAre("192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"));
  EXPECT_EQ(settings.whole_with, 15u);
}

TEST(ResolverSettings, PassOverWhatIsNone) {
  const auto settings =
      read("nameserver\nnameserver dns.example\nsearch\noptions ndots: ndots:x\nsortlist 192.0.2.0\nnonsense");
  EXPECT_THAT(servers_of(settings), ElementsAre("127.0.0.1:53"));
  EXPECT_EQ(settings.whole_with, 1u);
}

TEST(ResolverSettings, SearchWhatWasSaidLast) {
  EXPECT_THAT(read("", nullptr, nullptr, "box.example.com").search, ElementsAre("example.com"));
  EXPECT_THAT(read("search a.example\ndomain b.example", nullptr, nullptr, "box.example.com").search,
              ElementsAre("b.example"));
  EXPECT_THAT(read("domain b.example\nsearch a.example c.example").search, ElementsAre("a.example", "c.example"));
}

TEST(ResolverSettings, GiveWayToTheVariables) {
  const auto settings = read("search a.example\noptions ndots:2 edns0", "b.example c.example", "ndots:4 rotate");
  EXPECT_THAT(settings.search, ElementsAre("b.example", "c.example"));
  EXPECT_EQ(settings.whole_with, 4u);
  EXPECT_TRUE(settings.servers.edns && settings.rotate);
}

}  // namespace
}  // namespace pgiam
