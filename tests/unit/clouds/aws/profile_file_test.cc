// The shared files' format, a case for each rule.
// docs.aws.amazon.com/sdkref/latest/guide/file-format.html, and what the SDKs agree on beyond it.
#include "clouds/aws/profile_file.h"

#include <gtest/gtest.h>

#include <cctype>

namespace pgiam::aws {
namespace {

// "foo(a=1 b=2) bar()", with the lines of a value joined by "|" and sub-properties in braces.
std::string show(const Sections& sections, const std::string& prefix = "") {
  std::string text;
  for (const auto& [name, section] : sections) {
    if (!text.empty()) text += ' ';
    text += prefix + name + '(';
    std::string separator;
    for (const auto& [key, property] : section) {
      std::string value(property.value.reveal());
      for (char& c : value)
        if (c == '\n') c = '|';
      text += separator + key + '=' + value;
      for (const auto& [nested_key, nested] : property.nested)
        text += '{' + nested_key + '=' + nested + '}';
      separator = " ";
    }
    text += ')';
  }
  return text;
}

std::string show(const ProfileFile& file) {
  std::string text = show(file.profiles);
  for (const std::string& more :
       {show(file.sso_sessions, "sso-session:"), show(file.services, "services:")}) {
    if (!text.empty() && !more.empty()) text += ' ';
    text += more;
  }
  return text;
}

// "; malformed foo at config:2: why; skipped config:3: why"
std::string show_faults(const ProfileFile& file) {
  std::string text;
  for (const auto& [name, line] : file.malformed)
    text += "; malformed " + name + " at " + line.where + ": " + line.why;
  for (const SkippedLine& line : file.skipped)
    text += "; skipped " + line.where + ": " + line.why;
  return text;
}

// What the two files hold together, and behind it what in them does not count.
std::string parse_all(std::string_view config, std::string_view credentials, bool with_faults) {
  ProfileFile file = parse_profile_file(config, ProfileFileKind::kConfig, "config");
  ProfileFile over = parse_profile_file(credentials, ProfileFileKind::kCredentials, "credentials");
  merge_profiles(file.profiles, std::move(over.profiles));
  return show(file) + (with_faults ? show_faults(file) + show_faults(over) : "");
}
std::string parse(std::string_view config, std::string_view credentials = "") {
  return parse_all(config, credentials, false);
}
std::string parse_all(std::string_view config, std::string_view credentials = "") {
  return parse_all(config, credentials, true);
}

struct Case {
  const char* rule;
  const char* config;
  const char* expected;
};

// "Comments/ConfigFile.IsReadByTheRule/OrWith_3"
std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string name;
  bool capital = true;
  for (const char* c = info.param.rule; *c != '\0'; ++c) {
    if (std::isalnum(static_cast<unsigned char>(*c)) != 0)
      name += static_cast<char>(capital ? std::toupper(*c) : *c);
    capital = *c == ' ';
  }
  return name + '_' + std::to_string(info.index);
}

class ConfigFile : public testing::TestWithParam<Case> {};

TEST_P(ConfigFile, IsReadByTheRule) {
  SCOPED_TRACE(GetParam().rule);
  EXPECT_EQ(parse(GetParam().config), GetParam().expected);
}

const Case kSectionRules[] = {
    {"an empty file holds nothing", "", ""},
    {"a profile may be empty", "[profile foo]", "foo()"},
    {"several may be empty", "[profile foo]\n[profile bar]", "bar() foo()"},
    {"a name takes letters, digits and -_/.%@:+", "[profile a-b_c/d.e%f@g:h+0Z]",
     "a-b_c/d.e%f@g:h+0Z()"},
    {"and any other, as for boto3",
     "[profile R&D]\n[profile m\xC3\xBCller]\n[profile Admin-<123456789012>]",
     "Admin-<123456789012>() R&D() m\xC3\xBCller()"},
    {"but a blank inside makes it impossible", "[profile in valid]\na = 1", ""},
    {"but quotes allow it, as for boto3", "[profile \"in valid\"]\na = 1", "in valid(a=1)"},
    {"a backslash, too", "[profile in\\ valid]", "in valid()"},
    {"single quotes, too", "[profile 'my one']", "my one()"},
    {"quotes around a plain name do not count", "[profile \"foo\"]", "foo()"},
    {"a tab may stand between the word and the name", "[profile\tfoo]", "foo()"},
    {"blanks around all of it do not count", "[ \tprofile \t foo \t ]", "foo()"},
    {"without a blank the word is no word", "[profilefoo]\na = 1\n[profile bar]", "bar()"},
    {"a section of another kind is passed over", "[preview]\na = 1\n[profile bar]\nb = 2",
     "bar(b=2)"},
    {"a profile needs its word here", "[foo]\na = 1", ""},
    {"all but default", "[default]\na = 1", "default(a=1)"},
    {"[profile default] replaces [default] that follows",
     "[profile default]\na = 1\n[default]\nb = 2", "default(a=1)"},
    {"and one that came before", "[default]\nb = 2\n[profile default]\na = 1", "default(a=1)"},
    {"and is put together around it",
     "[profile default]\na = 1\n[default]\nb = 2\n[profile default]\nc = 3", "default(a=1 c=3)"},
    {"a section that comes twice is one",
     "[profile foo]\na = 1\n[profile bar]\n[profile foo]\nb = 2", "bar() foo(a=1 b=2)"},
    {"sso-session is a kind of its own", "[sso-session foo]\na = 1\n[profile foo]\nb = 2",
     "foo(b=2) sso-session:foo(a=1)"},
    {"services, too", "[services foo]\nsts =\n  endpoint_url = http://x\n",
     "services:foo(sts={endpoint_url=http://x})"},
    {"[DEFAULT] holds for all, as for boto3",
     "[DEFAULT]\na = 1\nb = 1\n[profile foo]\nb = 2\n[sso-session bar]",
     "foo(a=1 b=2) sso-session:bar(a=1 b=1)"},
    {"a header may be indented", "  [profile foo]\n  a = 1\n\t[profile bar]", "bar() foo(a=1)"},
    {"and what stands behind it does not count", "[profile foo] x\na = 1", "foo(a=1)"},
    {"whatever it is", "[profile foo] # [x]\na = 1\n[profile bar] ]", "bar() foo(a=1)"},
    {"a comment's sign may be part of a name", "[profile C#]\na = 1\n[profile a;b]", "C#(a=1) a;b()"},
    {"so may a bracket", "[profile a]b]\n[profile [c]]", "[c]() a]b()"},
    {"sso-session needs a name that is possible", "[sso-session a b]\nx = 1\n[sso-sessionfoo]", ""},
};
INSTANTIATE_TEST_SUITE_P(Sections, ConfigFile, testing::ValuesIn(kSectionRules), name_of);

const Case kPropertyRules[] = {
    {"a property", "[profile foo]\na = 1", "foo(a=1)"},
    {"several", "[profile foo]\na = 1\nb = 2", "foo(a=1 b=2)"},
    {"no blanks are needed", "[profile foo]\na=1", "foo(a=1)"},
    {"blanks and tabs around key and value go", "[profile foo]\na \t=  \t1 \t", "foo(a=1)"},
    {"a value may be empty", "[profile foo]\na =", "foo(a=)"},
    {"a value may hold '='", "[profile foo]\na = b=c==", "foo(a=b=c==)"},
    {"and any UTF-8", "[profile foo]\na = \xF0\x9F\x98\x82", "foo(a=\xF0\x9F\x98\x82)"},
    {"a key is lower case", "[profile foo]\nAWS_Key = 1", "foo(aws_key=1)"},
    {"the last of the same key wins", "[profile foo]\na = 1\na = 2", "foo(a=2)"},
    {"also in another case", "[profile foo]\nA = 1\na = 2", "foo(a=2)"},
    {"also when the section comes again", "[profile foo]\na = 1\n[profile foo]\na = 2", "foo(a=2)"},
    {"an impossible key is passed over", "[profile foo]\nin valid = 1\nb = 2", "foo(b=2)"},
    {"with the lines that go on with it", "[profile foo]\nin valid = 1\n more\nb = 2", "foo(b=2)"},
    {"lines may end with CR LF", "[profile foo]\r\na = 1\r\n more\r\n", "foo(a=1|more)"},
    {"or with CR alone", "[profile foo]\ra = 1\rb = 2", "foo(a=1 b=2)"},
    {"a ':' is as good as a '='", "[profile foo]\na: 1\nb :2\nc = d:e\nf: g=h",
     "foo(a=1 b=2 c=d:e f=g=h)"},
    {"all of a section may be indented", "[profile foo]\n  a = 1\n  b = 2\n[profile bar]",
     "bar() foo(a=1 b=2)"},
    {"or some, and then less", "[profile foo]\n    a = 1\n  b = 2\nc = 3", "foo(a=1 b=2 c=3)"},
    {"no-break spaces are blanks", "[profile foo]\n\xC2\xA0\na\xC2\xA0=\xC2\xA0 1\xC2\xA0",
     "foo(a=1)"},
    {"a byte-order mark does not count", "\xEF\xBB\xBF[profile foo]\na = 1", "foo(a=1)"},
    {"a bracket that does not close may begin a property, as for boto3",
     "[profile foo]\n[x = 1\na = 2", "foo(a=2)"},
    {"blank lines do not count", "\t \n[profile foo]\n\t\n \na = 1\n\t \n[profile bar]\n \t",
     "bar() foo(a=1)"},
};
INSTANTIATE_TEST_SUITE_P(Properties, ConfigFile, testing::ValuesIn(kPropertyRules), name_of);

const Case kCommentRules[] = {
    {"a line that begins with #", "# x\n[profile foo]\n# x = 1\na = 1", "foo(a=1)"},
    {"or with ;", "; x\n[profile foo]\n;x = 1\na = 1", "foo(a=1)"},
    {"behind a section", "[profile foo] # x ; y\n[profile bar] ; x", "bar() foo()"},
    {"right behind its bracket", "[profile foo]# x\n[profile bar]; x", "bar() foo()"},
    {"behind a value and a blank", "[profile foo]\na = 1 # x # y\nb = 2\t; x", "foo(a=1 b=2)"},
    {"an empty one", "#\n[profile foo];\na = 1 ;\n", "foo(a=1)"},
    {"right behind a value it is part of it", "[profile foo]\na = 1# x\nb = 2; x",
     "foo(a=1# x b=2; x)"},
    {"in place of a value", "[profile foo]\na = # x", "foo(a=)"},
    {"in a line that goes on it is part of the value", "[profile foo]\na = 1\n more # x\n most ; y",
     "foo(a=1|more # x|most ; y)"},
    {"indented, as boto3 takes it", "[profile foo]\n  # x\na = 1\n  # a = 2\n\t; y\nb = 2",
     "foo(a=1 b=2)"},
    {"indented above the first section", "  # x\n[profile foo]", "foo()"},
    {"among sub-properties", "[profile foo]\ns3 =\n  # x\n  a = 1\n", "foo(s3={a=1})"},
};
INSTANTIATE_TEST_SUITE_P(Comments, ConfigFile, testing::ValuesIn(kCommentRules), name_of);

const Case kContinuationRules[] = {
    {"an indented line goes on with the value", "[profile foo]\na = 1\n -more", "foo(a=1|-more)"},
    {"so do several", "[profile foo]\na = 1\n -more\n\t-most", "foo(a=1|-more|-most)"},
    {"blank lines between are part of it", "[profile foo]\na = 1\n\n \n more\n\nb = 2",
     "foo(a=1|||more b=2)"},
    {"without the blanks around", "[profile foo]\na = 1\n \t more \t ", "foo(a=1|more)"},
    {"even if it looks like a property", "[profile foo]\na = 1\n b = 2", "foo(a=1|b = 2)"},
    {"or a section", "[profile foo]\na = 1\n [profile bar]", "foo(a=1|[profile bar])"},
    {"under an empty value it is a sub-property", "[profile foo]\ns3 =\n a = 1\n b = 2",
     "foo(s3={a=1}{b=2})"},
    {"of any name", "[profile foo]\ns3 =\n in valid = 1", "foo(s3={in valid=1})"},
    {"which may be empty", "[profile foo]\ns3 =\n a =", "foo(s3={a=})"},
    {"across blank lines", "[profile foo]\ns3 =\n a = 1\n\t \n b = 2", "foo(s3={a=1}{b=2})"},
    {"the next property ends them", "[profile foo]\ns3 =\n a = 1\nb = 2", "foo(b=2 s3={a=1})"},
};
INSTANTIATE_TEST_SUITE_P(Continuations, ConfigFile, testing::ValuesIn(kContinuationRules), name_of);

class MalformedLine : public testing::TestWithParam<Case> {};

TEST_P(MalformedLine, CountsForItsProfileAlone) {
  SCOPED_TRACE(GetParam().rule);
  EXPECT_EQ(parse_all(GetParam().config), GetParam().expected);
}

const Case kMalformedLines[] = {
    {"a section's bracket must close", "[profile foo\na = 1\n[profile bar]",
     "bar(); skipped config:1: a section's name must end with ']'"},
    {"a name with a comment in it is none", "[profile foo # ]",
     "; skipped config:1: a name with blanks needs quotes: [profile \"MY NAME\"]"},
    {"a property stands in a section", "a = 1\n[profile foo]",
     "foo(); skipped config:1: a property stands before the first section"},
    {"it has a '='", "[profile foo]\na\n[profile bar]",
     "bar() foo(); malformed foo at config:2: a property needs a '='"},
    {"and a key", "[profile foo]\n= 1",
     "foo(); malformed foo at config:2: a property needs a name before its '='"},
    {"an indented line needs a property of the same section",
     "[profile foo]\na = 1\n[profile foo]\n more",
     "foo(a=1); malformed foo at config:4: a property needs a '='"},
    {"a sub-property has a '='", "[profile foo]\ns3 =\n more",
     "foo(s3=); malformed foo at config:3: a sub-property needs a '='"},
    {"and a key", "[profile foo]\ns3 =\n = 1",
     "foo(s3=); malformed foo at config:3: a sub-property needs a name before its '='"},
    {"the first of a profile is told", "[profile foo]\na\nb",
     "foo(); malformed foo at config:2: a property needs a '='"},
    {"in a section that is passed over it does not count", "[preview]\nb\n[profile foo]",
     "foo(); skipped config:1: in this file a profile's header is [profile NAME]"},
    {"lines for a shell are named", "[profile foo]\nexport AWS_ACCESS_KEY_ID=AKID",
     "foo(); skipped config:2: this is for a shell; here it is NAME = VALUE, without export"},
    {"of other shells, too, and above all sections",
     "set AWS_ACCESS_KEY_ID=AKID\n$Env:AWS_SECRET_ACCESS_KEY=\"s\"\nx = 1",
     "; skipped config:1: this is for a shell; here it is NAME = VALUE, without export; skipped "
     "config:2: this is for a shell; here it is NAME = VALUE, without export; skipped config:3: a "
     "property stands before the first section"},
    {"a name with blanks needs quotes", "[profile in valid]",
     "; skipped config:1: a name with blanks needs quotes: [profile \"MY NAME\"]"},
    {"quotes must end", "[profile \"foo]",
     "; skipped config:1: a quote in this header does not end"},
    {"a name must follow", "[profilefoo]",
     "; skipped config:1: a blank and a name must follow the first word of this header"},
};
INSTANTIATE_TEST_SUITE_P(Malformed, MalformedLine, testing::ValuesIn(kMalformedLines), name_of);

TEST(CredentialsFile, TakesBareNames) {
  EXPECT_EQ(parse("", "[ foo ]\na = 1\n[default]\nb = 2"), "default(b=2) foo(a=1)");
}
TEST(CredentialsFile, TakesWordsBeforeANameAsPartOfIt) {
  EXPECT_EQ(parse_all("", "[my work]\na = 1\n[profile foo]\nb = 2"),
            "my work(a=1) profile foo(b=2); skipped credentials:3: in this file a profile's header "
            "is its name, without the word profile");
}
TEST(CredentialsFile, TakesAnyPossibleNameAsAProfile) {
  EXPECT_EQ(parse("", "[sso-sessionfoo]\na = 1"), "sso-sessionfoo(a=1)");
}
TEST(CredentialsFile, IsLaidUponTheConfigFilePropertyByProperty) {
  EXPECT_EQ(
      parse("[profile foo]\na = config\nb = config", "[foo]\nb = credentials\nc = credentials"),
      "foo(a=config b=credentials c=credentials)");
}
TEST(CredentialsFile, JoinsTheDefaultProfileWithThePrefix) {
  EXPECT_EQ(parse("[profile default]\na = 1\n[default]\nb = 2\n[profile default]\nc = 3",
                  "[default]\nd = 4"),
            "default(a=1 c=3 d=4)");
}
TEST(ProfileFile, RemembersWhereAPropertyStands) {
  const ProfileFile file =
      parse_profile_file("[default]\n\na = 1\n", ProfileFileKind::kConfig, "~/.aws/config");
  EXPECT_EQ(file.profiles.at("default").at("a").where, "~/.aws/config:3");
}
TEST(ProfileFile, KeepsFewOfManyLinesThatAreSkipped) {
  std::string text;
  for (int line = 0; line < 10'000; ++line) text += "x\n";
  EXPECT_EQ(parse_profile_file(text, ProfileFileKind::kConfig, "c").skipped.size(), 100u);
}
TEST(ProfileFile, ShowsNoValueOfALineThatNobodyCanRead) {
  const std::string all = parse_all("[default]\nwJalrXUtnFEMIsecret\n");
  EXPECT_NE(all.find("malformed default"), all.npos);
  EXPECT_EQ(all.find("wJalr"), all.npos);
}
TEST(ProfileFile, TimeGoesWithTheNumberOfContinuationLines) {
  std::string text = "[default]\na = 1\n";
  for (int i = 0; i < 300'000; ++i) text += "  more\n";
  const auto file = parse_profile_file(text + "b = 2\n", ProfileFileKind::kConfig, "c");
  EXPECT_EQ(file.profiles.at("default").at("a").value.size(), 1 + 300'000 * 5u);
  EXPECT_EQ(property(file.profiles.at("default"), "b"), "2");
}

}  // namespace
}  // namespace pgiam::aws
