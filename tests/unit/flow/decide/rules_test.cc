#include "flow/decide/rules.h"

#include <gtest/gtest.h>

#include "clouds/aws/options.h"
#include "clouds/options.h"
#include "fakes.h"

namespace pgiam {
namespace {

constexpr char kFile[] = R"(# the team's rules
[defaults]
profile = dev

[connection orders over the tunnel]
host = localhost
port = 5433
signing_host = orders.c9.eu-west-1.rds.amazonaws.com
signing_port = 5432
profile = prod

[connection reports]
host = *.example.com
user = report_*
region = eu-north-1
)";

Request request(std::string_view host, std::uint16_t port = 0, std::string_view user = "app") {
  Request request;
  request.host = host;
  request.port = port;
  request.user = user;
  return request;
}

std::string rule_for(const RuleFile& file, const Request& request) {
  const Rule* rule = file.find(request);
  return rule == nullptr ? "" : rule->name;
}

TEST(Rules, TheFirstWhoseEveryKeyFitsApplies) {
  const auto file = parse_rule_file(kFile, "pgiam.conf");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(rule_for(*file, request("localhost", 5433)), "orders over the tunnel");
  EXPECT_EQ(rule_for(*file, request("LocalHost", 5433)), "orders over the tunnel");
  EXPECT_EQ(rule_for(*file, request("localhost")), "") << "no port means 5432";
  EXPECT_EQ(rule_for(*file, request("db.example.com", 0, "report_daily")), "reports");
  EXPECT_EQ(rule_for(*file, request("db.example.com", 0, "app")), "");
}

struct BadFile {
  const char* text;
  const char* message;
};

class MalformedRules : public testing::TestWithParam<BadFile> {};

TEST_P(MalformedRules, AreRefusedWithFileAndLine) {
  const auto file = parse_rule_file(GetParam().text, "f");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().status, Status::kBadConfig);
  EXPECT_EQ(file.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedRules,
    testing::Values(BadFile{"profile = x", "f:1: a setting stands before the first section"},
                    BadFile{"[defaults]\n\nprofile", "f:3: a setting needs a '='"},
                    BadFile{"[defaults", "f:1: a section must end with ']'"},
                    BadFile{"[connection]", "f:1: sections are [defaults] and [connection NAME]"},
                    BadFile{"[Defaults]", "f:1: sections are [defaults] and [connection NAME]"},
                    BadFile{"[connection a]\nprofile = p\nsigning_host = x",
                            "f:3: signing_host of [connection a], which names no host, would hold "
                            "for every host there is, and send each a token"},
                    BadFile{"[connection a]\nuser = app\nport = 6432\nsigning_host = x",
                            "f:4: signing_host of [connection a], which names no host, would hold "
                            "for every host there is, and send each a token"},
                    BadFile{"[connection a]\nhost = [a-z]*.?*\nsigning_host = x",
                            "f:3: signing_host of [connection a], which names no host, would hold "
                            "for every host there is, and send each a token"},
                    BadFile{"[connection a]\nhost =\ntarget = dsql",
                            "f:3: target of [connection a], which names no host, would hold for "
                            "every host there is, and send each a token"},
                    BadFile{"[defaults]\ntarget = rds",
                            "f:2: target in [defaults] would hold for every host there is, and "
                            "send each a token"},
                    BadFile{"[defaults]\nsigning_host = x",
                            "f:2: signing_host in [defaults] would hold for every host there is, "
                            "and send each a token"},
                    BadFile{"[defaults]\nhost = x", "f:2: there is no option \"host\""},
                    BadFile{"[connection a]\nsigning_port = x",
                            "f:2: signing_port = \"x\" is not a whole number from 1 to 65535"},
                    BadFile{"[connection a]\nsigning_port = 99999",
                            "f:2: signing_port = \"99999\" is not a whole number from 1 to 65535"},
                    BadFile{"[connection a]\nsigning_port = 0",
                            "f:2: signing_port = \"0\" is not a whole number from 1 to 65535"},
                    BadFile{"[defaults]\ntimeout_ms = 9999999999",
                            "f:2: timeout_ms = \"9999999999\" is not a whole number from 0 to "
                            "2147483647"}));

TEST(Rules, MayComeFromEditorsOfOtherSystems) {
  const auto file = parse_rule_file("\xEF\xBB\xBF[connection a]\r\nhost = localhost\r\n", "f");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(rule_for(*file, request("localhost")), "a");
}

TEST(Rules, AnUnknownKeyNamesTheNearestKnownOne) {
  const auto file = parse_rule_file("[defaults]\nsiging_host = x", "f");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().hint, "did you mean \"signing_host\"?");
}

TEST(Rules, NearestWins) {
  test::FakeEnvironment environment;
  const auto file = parse_rule_file(
      "[defaults]\nregion = r1\nprofile = p1\ntls = off\nreuse_seconds = 1\n"
      "[connection all]\nregion = r2\nprofile = p2\ntls = verify-full\n",
      "f");
  environment.set("PGIAM_REGION", "r3");
  environment.set("PGIAM_PROFILE", "p3");
  const std::vector<OptionValue> context = {{"region", "r4"}};
  Request asked = request("x");
  asked.options = {{"region", "r5"}};

  auto settings = resolve_settings(asked, context, environment, *file, file->find(asked));
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->get(aws::kRegionOption), "r5") << "the call";
  EXPECT_EQ(settings->get(aws::kProfileOption), "p3") << "the environment";
  EXPECT_EQ(settings->get(kTlsOption), "verify-full") << "the rule";
  EXPECT_EQ(settings->get_int(kReuseSecondsOption), 1) << "the file's defaults";
  EXPECT_EQ(settings->get_int(kTimeoutMsOption), 10'000) << "the default";

  asked.options.clear();
  settings = resolve_settings(asked, context, environment, *file, file->find(asked));
  EXPECT_EQ(settings->get(aws::kRegionOption), "r4") << "the context";
}

TEST(Rules, TargetOffAndAutoMayStandForEveryHost) {
  const auto file = parse_rule_file(
      "[defaults]\ntarget = off\n[connection a]\nhost = db.*\ntarget = rds\n"
      "[connection rest]\ntarget = auto\n",
      "f");
  EXPECT_TRUE(file) << file.error().message;
}

TEST(Rules, TheFileIsTheOneNamedElseTheOwnElseTheSystems) {
  test::FakeWorld fake;
  const Rules rules(fake.world);
  EXPECT_EQ((*rules.read(fake.call()))->path, "");
  fake.files.write("/etc/pgiam.conf", "");
  EXPECT_EQ((*rules.read(fake.call()))->path, "/etc/pgiam.conf");
  fake.files.write("/home/ann/.config/pgiam/pgiam.conf", "");
  EXPECT_EQ((*rules.read(fake.call()))->path, "/home/ann/.config/pgiam/pgiam.conf");
  fake.environment.set("XDG_CONFIG_HOME", "/xdg");
  fake.files.write("/xdg/pgiam/pgiam.conf", "");
  EXPECT_EQ((*rules.read(fake.call()))->path, "/xdg/pgiam/pgiam.conf");
  fake.environment.set("PGIAM_CONFIG", "/named");
  EXPECT_EQ(rules.read(fake.call()).error().status, Status::kBadConfig) << "named, but not there";
  fake.files.write("/named", "");
  EXPECT_EQ((*rules.read(fake.call()))->path, "/named");
}

TEST(Rules, AreReadAgainOnlyWhenTheFileChanges) {
  test::FakeWorld fake;
  fake.files.write("/etc/pgiam.conf", "[defaults]\nregion = r1\n");
  const Rules rules(fake.world);
  EXPECT_EQ((*rules.read(fake.call()))->defaults.at(0).value, "r1");
  EXPECT_EQ((*rules.read(fake.call()))->defaults.at(0).value, "r1");
  EXPECT_EQ(fake.files.reads(), 1);
  fake.files.write("/etc/pgiam.conf", "[defaults]\nregion = r2\n");
  EXPECT_EQ((*rules.read(fake.call()))->defaults.at(0).value, "r2");
}

}  // namespace
}  // namespace pgiam
