// The format of ~/.aws/config and ~/.aws/credentials. A parser and nothing else.
// docs.aws.amazon.com/sdkref/latest/guide/file-format.html; what the AWS CLI takes beyond it
// (botocore/configloader.py) is taken with the same result.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace pgiam::aws {

struct Property {
  Secret value;                               // any of them may be a key
  std::map<std::string, std::string> nested;  // "s3 =" and the indented lines under it
  std::string where;                          // "~/.aws/config:12"
  bool in_credentials_file = false;
};

// Keys are lower case.
using Section = std::map<std::string, Property, std::less<>>;
using Sections = std::map<std::string, Section, std::less<>>;

// A line that does not count. Never what stands in it.
struct SkippedLine {
  std::string where;   // "~/.aws/config:12"
  std::string why;     // a sentence's beginning
  std::string header;  // of the section that goes with it or that it stands in, "": of none
};

struct ProfileFile {
  Sections profiles;
  Sections sso_sessions;
  Sections services;
  // The first line of a profile that nobody can read: an error for who asks for this one.
  std::map<std::string, SkippedLine, std::less<>> malformed;
  std::vector<SkippedLine> skipped;  // in no profile, or no profile's header
};

enum class ProfileFileKind { kConfig, kCredentials };

// `path` is for messages.
ProfileFile parse_profile_file(std::string_view text, ProfileFileKind kind,
                               const std::string& path);

// Lays the profiles of the credentials file upon the config file's, property by property. Of what
// makes up a key only that counts which stands in the file that has its id, as for botocore: a
// secret or a session token of the other one belongs to another key.
void merge_profiles(Sections& config, Sections&& credentials);

// The text of a property, "" when it is absent.
std::string_view property(const Section& section, std::string_view key);

}  // namespace pgiam::aws
