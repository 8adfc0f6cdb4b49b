#include "clouds/aws/cli_cache.h"

#include <map>

#include "base/sha1.h"
#include "clouds/aws/aws_folder.h"
#include "clouds/aws/json.h"
#include "clouds/options.h"

namespace pgiam::aws {
namespace {

// Kept ones that die sooner are not worth starting with.
constexpr Seconds kLeastLife{300};

// A string as Python's json.dumps writes it: the file's name is a hash of that very text.
std::string python_json(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto unit = [&](std::string& out, unsigned code) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(code >> shift) & 15];
  };
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at++]);
    constexpr std::string_view kShort = "\"\\\n\r\t\b\f", kLetters = "\"\\nrtbf";
    if (const auto known = kShort.find(static_cast<char>(byte)); known != std::string_view::npos) {
      (out += '\\') += kLetters[known];
    } else if (byte >= ' ' && byte < 127) {
      out += static_cast<char>(byte);
    } else if (byte < 0xC0) {
      unit(out, byte);
    } else {
      const int more = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      unsigned code = byte & (0x3Fu >> more);
      for (int i = 0; i < more && at < text.size(); ++i)
        code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
      if (code >= 0x10000) {
        code -= 0x10000;
        unit(out, 0xD800 + (code >> 10));
        code = 0xDC00 + (code & 0x3FF);
      }
      unit(out, code);
    }
  }
  return out += '"';
}

// json.dumps(…, sort_keys=True): `members` are sorted, and their values JSON already.
std::string python_json(const std::map<std::string, std::string>& members, const char* between,
                        const char* colon) {
  std::string text = "{";
  for (const auto& [name, value] : members) {
    if (text.size() > 1) text += between;
    (((text += '"') += name) += '"') += colon;
    text += value;
  }
  return text += '}';
}

CredentialsPtr parse_kept(const std::string& text, const char* provider, const Call& call) {
  const auto file = Json::parse(text);
  if (!file) return nullptr;
  const auto kept = file->object("Credentials");
  if (!kept) return nullptr;
  const auto id = kept->text("AccessKeyId"), secret = kept->text("SecretAccessKey"),
             token = kept->text("SessionToken"), expiration = kept->text("Expiration");
  if (!id || !secret || !token || !expiration || !kept->no_text({"AccountId"}).empty())
    return nullptr;
  const auto expires_at = parse_rfc3339(*expiration);
  if (!expires_at || *expires_at - call.now < kLeastLife || *id == call.replaces) return nullptr;

  auto credentials = std::make_shared<Credentials>();
  credentials->access_key_id = *id;
  credentials->secret_access_key = Secret(*secret);
  credentials->session_token = Secret(*token);
  credentials->expires_at = expires_at;
  credentials->account_id = kept->text("AccountId").value_or("");
  credentials->provider = provider;
  return credentials;
}

// Whatever is wrong with a cache file, it is as good as none: null.
Result<CredentialsPtr> read_kept(const World& world, const std::string& path, const char* provider,
                                 const Call& call) {
  auto text = world.files.read(path, call);
  if (!text && is_interruption(text.error())) return text.error();
  if (!text) return CredentialsPtr();
  const WipeAtExit wipe_text(*text);
  return parse_kept(*text, provider, call);
}

void keep(const World& world, const std::string& path, const Credentials& credentials) {
  if (!credentials.expires_at) return;
  Json inner;
  inner.set("AccessKeyId", credentials.access_key_id);
  inner.set("SecretAccessKey", credentials.secret_access_key.reveal());
  inner.set("SessionToken", credentials.session_token.reveal());
  inner.set("Expiration", rfc3339(*credentials.expires_at));
  if (!credentials.account_id.empty()) inner.set("AccountId", credentials.account_id);
  Json file;
  file.set("Credentials", inner);
  if (auto written = world.files.replace(path, file.serialize().reveal()); !written)
    world.log.write(LogLevel::kWarn, "cache", written.error().message);
}

}  // namespace

std::string cache_name_of_role(const Role& role) {
  std::map<std::string, std::string> members{{"RoleArn", python_json(role.arn)}};
  if (role.duration) members["DurationSeconds"] = std::to_string(role.duration->count());
  if (!role.external_id.empty()) members["ExternalId"] = python_json(role.external_id);
  if (!role.session_name.empty()) members["RoleSessionName"] = python_json(role.session_name);
  if (!role.mfa_serial.empty()) members["SerialNumber"] = python_json(role.mfa_serial);
  return sha1_hex(python_json(members, ", ", ": "));
}

std::string cache_name_of_sso(const std::string& session, const std::string& start_url,
                              const std::string& account, const std::string& role) {
  std::map<std::string, std::string> members{{"accountId", python_json(account)},
                                             {"roleName", python_json(role)}};
  if (session.empty())
    members["startUrl"] = python_json(start_url);
  else
    members["sessionName"] = python_json(session);
  return sha1_hex(python_json(members, ",", ":"));
}

Result<CredentialsPtr> through_cli_cache(const ProviderContext& context, const std::string& name,
                                         const char* provider, const Call& call,
                                         const FetchCredentials& fetch) {
  const World& world = context.world;
  const std::string path = aws_folder_file(world.environment, "cli/cache/" + name + ".json");
  if (path.empty() || context.settings.get(kCacheOption) != "shared") return fetch();
  if (auto kept = read_kept(world, path, provider, call); !kept || *kept) return kept;
  if (call.offline) return fetch();

  // Half the time is for the others, half for a fetch of our own should they never let go.
  const auto lock = lock_file(world, path, call, (call.deadline - world.clock.uptime()) / 2);
  if (!lock && lock.error().status == Status::kCancelled) return lock.error();
  if (auto kept = read_kept(world, path, provider, call); !kept || *kept) return kept;
  auto fetched = fetch();
  if (fetched) keep(world, path, **fetched);
  return fetched;
}

}  // namespace pgiam::aws
