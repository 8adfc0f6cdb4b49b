// How a profile leads through roles to credentials: every way that is allowed, and every one that
// is not.
#include "clouds/aws/role_chain.h"

#include <gmock/gmock.h>

namespace pgiam::aws {
namespace {

using testing::HasSubstr;

Profiles profiles_of(const char* config) {
  Profiles profiles;
  profiles.profiles =
      parse_profile_file(config, ProfileFileKind::kConfig, "~/.aws/config").profiles;
  return profiles;
}

// "base → first role → … → last role"; the base is "keys of B", "any of B" or a named source.
std::string chain_of(const char* config, const char* profile = "A") {
  const Profiles profiles = profiles_of(config);
  const auto chain = resolve_role_chain(profiles, profile);
  if (!chain) return "error: " + chain.error().message;
  std::string text = (chain->keys_first ? "keys of " : "any of ") + chain->profile;
  if (chain->source) text = "source " + std::to_string(static_cast<int>(*chain->source));
  for (const Role& role : chain->roles) text += " → " + role.arn;
  return text;
}

TEST(RoleChain, IsEmptyForAProfileWithoutARole) {
  EXPECT_EQ(chain_of("[profile A]\naws_access_key_id = x"), "any of A");
}
TEST(RoleChain, StandsOnTheSourceProfile) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nsource_profile = B\n"
                     "[profile B]\naws_access_key_id = x\naws_secret_access_key = y"),
            "keys of B → a");
}
TEST(RoleChain, TakesTheRoleOfTheSelectedProfileBeforeItsKeys) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nsource_profile = B\naws_access_key_id = x\n"
                     "[profile B]\naws_access_key_id = x"),
            "keys of B → a");
}
TEST(RoleChain, TakesTheKeysOfASourceProfileBeforeItsRole) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nsource_profile = B\n"
                     "[profile B]\nrole_arn = b\nsource_profile = C\naws_access_key_id = x\n"
                     "[profile C]\naws_access_key_id = y"),
            "keys of B → a");
}
TEST(RoleChain, GoesThroughAnyNumberOfRoles) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nsource_profile = B\n"
                     "[profile B]\nrole_arn = b\nsource_profile = C\n"
                     "[profile C]\nrole_arn = c\nsource_profile = D\n"
                     "[profile D]\ncredential_process = x"),
            "keys of D → c → b → a");
}
TEST(RoleChain, LetsAProfileWithKeysBeItsOwnSource) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nsource_profile = A\naws_access_key_id = x"),
            "keys of A → a");
}
TEST(RoleChain, EndsAtAWebIdentity) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nsource_profile = B\n"
                     "[profile B]\nrole_arn = b\nweb_identity_token_file = /t"),
            "keys of B → a");
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nweb_identity_token_file = /t"), "any of A");
}
TEST(RoleChain, EndsAtANamedSourceInAnyCase) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\ncredential_source = Environment"), "source 0 → a");
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\ncredential_source = ec2instancemetadata"),
            "source 1 → a");
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nsource_profile = B\n"
                     "[profile B]\nrole_arn = b\ncredential_source = ECSCONTAINER"),
            "source 2 → b → a");
}
TEST(RoleChain, KnowsWhatEachProfileSaysOfItsRole) {
  const Profiles profiles = profiles_of(
      "[profile A]\nrole_arn = a\nsource_profile = B\nrole_session_name = s\nexternal_id = e\n"
      "mfa_serial = m\nduration_seconds = 900\n"
      "[profile B]\naws_access_key_id = x");
  const Role role = resolve_role_chain(profiles, "A").value().roles.at(0);
  EXPECT_EQ(role.session_name, "s");
  EXPECT_EQ(role.external_id, "e");
  EXPECT_EQ(role.mfa_serial, "m");
  EXPECT_EQ(role.duration, Seconds{900});
  EXPECT_EQ(role.profile, "A");
}
TEST(RoleChain, TakesADurationThatIsNoNumberForNone) {
  const Profiles profiles = profiles_of(
      "[profile A]\nrole_arn = a\ncredential_source = Environment\nduration_seconds = long");
  EXPECT_FALSE(resolve_role_chain(profiles, "A").value().roles.at(0).duration);
}

TEST(RoleChain, RefusesARoleThatNobodyMayAssume) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a"),
            "error: ~/.aws/config:2: profile \"A\" names a role, but not who may assume it");
}
TEST(RoleChain, RefusesTwoSources) {
  EXPECT_EQ(
      chain_of("[profile A]\nrole_arn = a\nsource_profile = B\ncredential_source = Environment\n"
               "[profile B]\naws_access_key_id = x"),
      "error: ~/.aws/config:3: profile \"A\" has both source_profile and credential_source");
}
TEST(RoleChain, RefusesASourceProfileThatDoesNotExist) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nsource_profile = B"),
            "error: ~/.aws/config:3: source_profile \"B\" of profile \"A\" does not exist");
}
TEST(RoleChain, RefusesANamedSourceThatDoesNotExist) {
  EXPECT_THAT(chain_of("[profile A]\nrole_arn = a\ncredential_source = Magic"),
              HasSubstr("\"Magic\" is none that AWS knows"));
}
TEST(RoleChain, RefusesALoop) {
  EXPECT_EQ(chain_of("[profile A]\nrole_arn = a\nsource_profile = B\n"
                     "[profile B]\nrole_arn = b\nsource_profile = A"),
            "error: ~/.aws/config:6: profiles form a loop: A → B → A");
}
TEST(RoleChain, RefusesALoopEvenWhereTheFirstProfileHoldsKeys) {
  EXPECT_THAT(chain_of("[profile A]\nrole_arn = a\nsource_profile = B\naws_access_key_id = x\n"
                       "[profile B]\nrole_arn = b\nsource_profile = A"),
              HasSubstr("loop: A → B → A"));
}
TEST(RoleChain, RefusesAProfileWithoutKeysAsItsOwnSource) {
  EXPECT_THAT(chain_of("[profile A]\nrole_arn = a\nsource_profile = A"), HasSubstr("loop: A → A"));
  EXPECT_THAT(chain_of("[profile A]\nrole_arn = a\nsource_profile = B\n"
                       "[profile B]\nrole_arn = b\nsource_profile = B"),
              HasSubstr("loop: A → B → B"));
}

// A, whose source is P1, whose source is P2, …: as many roles as said, and keys under them.
std::string long_chain(int roles) {
  std::string config = "[profile A]\nrole_arn = r\nsource_profile = P1\n";
  for (int i = 1; i < roles; ++i)
    config += "[profile P" + std::to_string(i) + "]\nrole_arn = r\nsource_profile = P" +
              std::to_string(i + 1) + "\n";
  return config + "[profile P" + std::to_string(roles) + "]\naws_access_key_id = x";
}
TEST(RoleChain, EndsSomewhere) {
  EXPECT_THAT(chain_of(long_chain(50).c_str()), HasSubstr("keys of P50 → r"));
  for (int roles : {51, 800})
    EXPECT_EQ(chain_of(long_chain(roles).c_str()),
              "error: ~/.aws/config:152: profile \"A\" leads through more than 50 roles");
}

}  // namespace
}  // namespace pgiam::aws
