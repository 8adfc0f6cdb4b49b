// What decides who the credentials are: every variable that is read on the way to them is declared,
// and a change of any of them leads to another identity.
#include "clouds/aws/identity.h"

#include <gmock/gmock.h>

#include <deque>
#include <set>

#include "clouds/aws/aws.h"
#include "clouds/aws/options.h"
#include "clouds/options.h"
#include "fake_secret.h"
#include "fakes.h"

namespace pgiam::aws {
namespace {

using pgiam::test::FakeWorld;
using testing::IsSubsetOf;

// Notes what is read.
class RecordingEnvironment : public Environment {
 public:
  std::optional<std::string> get(const char* name) const override {
    reads.insert(name);
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  }
  std::uint64_t generation() const override { return 0; }

  std::map<std::string, std::string> values;
  mutable std::set<std::string> reads;
};

struct Situation {
  const char* name;
  const char* config;
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> options = {};
};

const char* const kKeys = "aws_access_key_id = A\naws_secret_access_key = s\n";
const char* const kWebIdentity =
    "role_arn = arn:aws:iam::1:role/R\nweb_identity_token_file = /token\n";
const char* const kSession =
    "[profile sso]\nsso_session = s\nsso_account_id = 1\nsso_role_name = R\n"
    "[sso-session s]\nsso_start_url = https://x\nsso_region = eu-west-1\n";

std::vector<Situation> situations() {
  const std::string keys = kKeys;
  const auto kept = [](const std::string& text) {  // lives as long as the test program
    static std::deque<std::string> texts;
    return texts.emplace_back(text).c_str();
  };
  return {
      {"nothing at all", "", {}},
      {"keys in the environment",
       "",
       {{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SESSION_TOKEN", "t"}}},
      {"keys and an older name for the token",
       "",
       {{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SECURITY_TOKEN", "t"}}},
      {"half of the keys", "", {{"AWS_ACCESS_KEY_ID", "A"}}},
      {"a web identity",
       "",
       {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "arn:aws:iam::1:role/R"}}},
      {"a web identity of a profile", kept("[default]\n" + std::string(kWebIdentity)), {}},
      {"keys of a profile", kept("[default]\n" + keys), {}},
      {"files elsewhere",
       "",
       {{"AWS_CONFIG_FILE", "~/c"}, {"AWS_SHARED_CREDENTIALS_FILE", "/k"}, {"AWS_PROFILE", "p"}}},
      {"a role on keys",
       kept("[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/R\n"
            "source_profile = base\n[profile base]\n" + keys),
       {}},
      {"a role of our own options",
       kept("[default]\n" + keys),
       {},
       {{"role_arn", "arn:aws:iam::1:role/OWN"}}},
      {"a role with an endpoint of the user's own",
       kept("[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/R\n"
            "source_profile = base\n[profile base]\n" + keys),
       {{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "no"}, {"AWS_ENDPOINT_URL_STS", "http://x"}}},
      {"a source by the name of Environment",
       "[default]\nrole_arn = arn:aws:iam::1:role/R\ncredential_source = Environment\n",
       {}},
      {"a source by the name of EcsContainer",
       "[default]\nrole_arn = arn:aws:iam::1:role/R\ncredential_source = EcsContainer\n",
       {}},
      {"a source by the name of Ec2InstanceMetadata",
       "[default]\nrole_arn = arn:aws:iam::1:role/R\ncredential_source = Ec2InstanceMetadata\n",
       {}},
      {"a program", "[default]\ncredential_process = /bin/true\n", {}},
      {"a session of IAM Identity Center", kSession, {}, {{"profile", "sso"}}},
      {"a start URL", "[default]\nsso_start_url = https://x\nsso_region = eu-west-1\n", {}},
      {"a session of aws login", "[default]\nlogin_session = s\nregion = eu-west-1\n", {}},
      {"a session of aws login elsewhere",
       "[default]\nlogin_session = s\nregion = eu-west-1\n",
       {{"AWS_LOGIN_CACHE_DIRECTORY", "/sessions"}}},
      {"a container", "", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials"}}},
      {"a container with a token in a file",
       "",
       {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://x/y"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token"}}},
      {"no instance", "", {{"AWS_EC2_METADATA_DISABLED", "true"}}},
      {"an instance elsewhere", "", {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://x"}}},
  };
}

// Goes the whole way to credentials, offline and not, and to the region and a sign-in besides.
std::set<std::string> reads_of(const Situation& situation) {
  FakeWorld fake;
  RecordingEnvironment environment;
  environment.values = situation.variables;
  environment.values.insert({"HOME", "/home/ann"});
  const World world{fake.clock,   environment,  fake.files, fake.resolver,
                    fake.http,    fake.process, fake.log,   fake.prompt};
  fake.files.write("/home/ann/.aws/config", situation.config);
  fake.files.write("/token", "token");
  Runtime runtime;
  runtime.pause = [](Milliseconds, const std::stop_token&) { return true; };
  Settings settings;
  for (const auto& [key, value] : situation.options)
    EXPECT_TRUE(settings.set(**find_option(key, ""), value, Origin::kCall, ""));

  const auto aws = make_aws(world, runtime);
  Call call = fake.call();
  pgiam::test::FetchAnew fetch;
  Trace trace;
  for (bool offline : {true, false}) {
    call.offline = offline;
    if (auto source = aws->source(settings, nullptr, call))
      (void)source->provider->load(call, trace, fetch);
  }
  std::vector<Error> warnings;
  Target target = *aws->declare("rds", "db.example.com", 5432);
  (void)aws->complete(target, settings, call, warnings);
  (void)aws->login(settings, call);
  return environment.reads;
}

std::set<std::string> declared() {
  const auto names = declared_variables();
  return {names.begin(), names.end()};
}

TEST(IdentityVariables, AreDeclaredBeforeTheyAreRead) {
  // The key itself reads all that is declared, so nothing else may come to it.
  for (const Situation& situation : situations())
    EXPECT_THAT(reads_of(situation), IsSubsetOf(declared())) << situation.name;
}

TEST(IdentityVariables, MakeAnotherIdentityWhenOneOfThemChanges) {
  FakeWorld fake;
  Runtime runtime;
  const SharedFiles files(fake.world);
  const ProviderContext context{fake.world, files, runtime, {}, "default", false};
  std::set<std::string> keys = {identity_key(context, "")};
  for (const char* name : declared_variables()) {
    fake.environment.set(name, "another");
    EXPECT_TRUE(keys.insert(identity_key(context, "")).second) << name;
  }
}

TEST(IdentityOptions, MakeAnotherIdentityWhenOneOfThemChanges) {
  FakeWorld fake;
  Runtime runtime;
  const SharedFiles files(fake.world);
  ProviderContext context{fake.world, files, runtime, {}, "default", false};
  std::set<std::string> keys = {identity_key(context, "")};
  for (const auto& [option, value] :
       {std::pair{&kRoleArnOption, "r"}, {&kExternalIdOption, "x"}, {&kRoleSessionNameOption, "s"},
        {&kDurationSecondsOption, "900"}, {&kMfaSerialOption, "m"}, {&kCacheOption, "none"}}) {
    ASSERT_TRUE(context.settings.set(*option, value, Origin::kCall, ""));
    EXPECT_TRUE(keys.insert(identity_key(context, "")).second) << option->key;
  }
}

}  // namespace
}  // namespace pgiam::aws
