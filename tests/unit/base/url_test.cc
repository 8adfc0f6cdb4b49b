#include "base/url.h"

#include <gtest/gtest.h>

#include "base/address.h"

namespace pgiam {
namespace {

TEST(Url, IsTakenApart) {
  const auto url = parse_url("https://STS.eu-west-1.amazonaws.com/a%20b/c?x=1&y=/?#part");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->https());
  EXPECT_EQ(url->host, "sts.eu-west-1.amazonaws.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/a%20b/c");
  EXPECT_EQ(url->query, "x=1&y=/?");
  EXPECT_EQ(url->text(), "https://sts.eu-west-1.amazonaws.com/a%20b/c?x=1&y=/?");
}

TEST(Url, NeedsNoPath) {
  EXPECT_EQ(parse_url("http://localhost:4566")->text(), "http://localhost:4566/");
  EXPECT_EQ(parse_url("http://localhost?a")->query, "a");
}

TEST(Url, NamesThePortOnlyWhereItIsNotTheDefault) {
  EXPECT_EQ(parse_url("https://host:443/")->authority(), "host");
  EXPECT_EQ(parse_url("https://host:80/")->authority(), "host:80");
  EXPECT_EQ(parse_url("http://host:80/")->authority(), "host");
}

TEST(Url, KeepsIPv6InBrackets) {
  const auto url = parse_url("http://[FD00:EC2::254]:8080/latest");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "fd00:ec2::254");
  EXPECT_EQ(url->authority(), "[fd00:ec2::254]:8080");
}

TEST(Url, IsRefusedWhenItIsNoneOrHidesSomething) {
  for (const char* text :
       {"", "not a uri", "example.com", "ftp://example.com/", "file:///etc/passwd", "http://",
        "http:///path", "http://user:word@host/", "http://host:0/", "http://host:65536/",
        "http://host:x/", "http://host/a b", "http://host/\r\nX: y", "http://[::1/",
        "http://[host]/", "http://ho\\st/", "https://:443/"})
    EXPECT_FALSE(parse_url(text)) << text;
}

TEST(Address, KnowsLoopbackAndLinkLocal) {
  for (const char* address : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address : {"128.0.0.1", "169.254.1.1", "localhost", "::2", ""})
    EXPECT_FALSE(is_loopback(address)) << address;
  for (const char* address : {"169.254.170.2", "fe80::1%eth0", "febf::1", "::ffff:169.254.0.1"})
    EXPECT_TRUE(is_link_local(address)) << address;
  for (const char* address : {"169.253.0.1", "fec0::1", "fd00:ec2::254", "127.0.0.1"})
    EXPECT_FALSE(is_link_local(address)) << address;
}

TEST(Address, IsTheSameHoweverItIsWritten) {
  EXPECT_TRUE(same_address("fd00:ec2::23", "FD00:0ec2:0:0:0:0:0:23"));
  EXPECT_TRUE(same_address("169.254.170.2", "::ffff:169.254.170.2"));
  EXPECT_FALSE(same_address("169.254.170.2", "169.254.170.3"));
  EXPECT_FALSE(same_address("host", "host"));
}

}  // namespace
}  // namespace pgiam
