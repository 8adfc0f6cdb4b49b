#include "clouds/aws/shared_files.h"

#include "base/sha256.h"
#include "base/state_lock.h"

namespace pgiam::aws {
namespace {

constexpr const char* kConfigFile = "AWS_CONFIG_FILE";
constexpr const char* kCredentialsFile = "AWS_SHARED_CREDENTIALS_FILE";
constexpr const char* kProfiles[] = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"};
constexpr const char* kVariables[] = {kConfigFile, kCredentialsFile, kProfiles[0], kProfiles[1],
                                      "HOME"};

}  // namespace

constinit const std::span<const char* const> kFileVariables = kVariables;

const Section* Profiles::find(std::string_view profile) const {
  const auto found = profiles.find(profile);
  return found == profiles.end() ? nullptr : &found->second;
}

std::string shorten_home(const Environment& environment, const std::string& path) {
  const auto home = environment.home();
  if (!home || !path.starts_with(*home + "/")) return path;
  return "~" + path.substr(home->size());
}

std::string SharedFiles::path_of(const char* variable, const char* file) const {
  const auto home = world_.environment.home();
  if (const auto given = world_.environment.get_nonblank(variable)) {
    if (home && given->starts_with("~/")) return *home + given->substr(1);
    return *given;
  }
  return home ? *home + "/.aws/" + file : "";
}

std::string SharedFiles::default_profile() const {
  for (const char* variable : kProfiles)
    if (const auto name = world_.environment.get_nonblank(variable)) return *name;
  return "default";
}

// What cannot be read is as if it were not there: keys of the environment need no file. Who misses
// something in it hears of it. A folder, and what lies in one that is closed to us, is no file.
Result<std::string> SharedFiles::content(const std::string& path, const FileStamp& stamp,
                                         const Call& call, Profiles& profiles) const {
  if (path.empty()) return std::string();
  auto text = world_.files.read(path, call);
  if (text || is_interruption(text.error())) return text;
  if (text.error().status == Status::kNoCredentials) return std::string();  // there is none
  if (!stamp.exists) {
    profiles.skipped.push_back({path, text.error().message, ""});
    return std::string();
  }
  world_.log.write(LogLevel::kWarn, "aws", text.error().message + ": nothing of it counts");
  profiles.unreadable.push_back(std::move(text).error());
  return std::string();
}

Result<std::shared_ptr<const Profiles>> SharedFiles::read(const Call& call) const {
  Read now;
  now.config_path = path_of(kConfigFile, "config");
  now.credentials_path = path_of(kCredentialsFile, "credentials");
  now.config_stamp = world_.files.stamp(now.config_path);
  now.credentials_stamp = world_.files.stamp(now.credentials_path);
  {
    const StateLock lock;
    if (last_.profiles && last_.config_path == now.config_path &&
        last_.credentials_path == now.credentials_path && last_.config_stamp == now.config_stamp &&
        last_.credentials_stamp == now.credentials_stamp)
      return last_.profiles;
  }

  auto profiles = std::make_shared<Profiles>();
  auto config_text = content(now.config_path, now.config_stamp, call, *profiles);
  if (!config_text) return config_text.error();
  const WipeAtExit wipe_config(*config_text);
  auto credentials_text =
      content(now.credentials_path, now.credentials_stamp, call, *profiles);
  if (!credentials_text) return credentials_text.error();
  const WipeAtExit wipe_credentials(*credentials_text);
  if (now.credentials_stamp.regular && (now.credentials_stamp.mode & 077) != 0)
    world_.log.write(LogLevel::kWarn, "aws",
                     "others can read your keys: chmod 600 " +
                         shorten_home(world_.environment, now.credentials_path));

  ProfileFile config = parse_profile_file(*config_text, ProfileFileKind::kConfig,
                                          shorten_home(world_.environment, now.config_path));
  ProfileFile credentials =
      parse_profile_file(*credentials_text, ProfileFileKind::kCredentials,
                         shorten_home(world_.environment, now.credentials_path));
  profiles->profiles = std::move(config.profiles);
  merge_profiles(profiles->profiles, std::move(credentials.profiles));
  profiles->sso_sessions = std::move(config.sso_sessions);
  profiles->services = std::move(config.services);
  profiles->malformed = std::move(config.malformed);
  profiles->malformed.merge(credentials.malformed);
  for (const ProfileFile* file : {&config, &credentials})
    profiles->skipped.insert(profiles->skipped.end(), file->skipped.begin(), file->skipped.end());
  profiles->config_path = now.config_path;
  profiles->credentials_path = now.credentials_path;
  profiles->digest =
      hex(bytes_of(sha256({*config_text, "\n[[credentials]]\n", *credentials_text})));
  now.profiles = std::move(profiles);
  const auto read = now.profiles;
  const Time time = world_.clock.now();
  if (now.config_stamp.is_fresh(time) || now.credentials_stamp.is_fresh(time)) now = {};

  const StateLock lock;
  std::swap(last_, now);
  return read;
}

}  // namespace pgiam::aws
