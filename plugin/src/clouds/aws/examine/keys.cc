#include "clouds/aws/examine/keys.h"

#include "base/text.h"

namespace pgiam::aws {
namespace {

constexpr std::size_t kSecretLength = 40;

bool is_quoted(std::string_view text) {
  return text.size() > 1 && text.front() == text.back() &&
         (text.front() == '"' || text.front() == '\'');
}

bool has_blank(std::string_view text) { return text.find_first_of(" \t\r\n") != text.npos; }

Error with_marks(const std::string& place) {
  return make_finding("quoted_credentials",
                      "the quotation marks around the value of " + place +
                          " are a part of it there, so AWS does not know it",
                      {"take the quotation marks out: " + place}, "it begins and ends with one");
}

Error with_blank(const std::string& place) {
  return make_finding("blank_in_credentials",
                      "the value of " + place + " has a blank or a line's end in it",
                      {"set it anew, in one piece: " + place}, "no key of AWS's has one");
}

}  // namespace

KeyPlaces::KeyPlaces(const Credentials& keys, const Profiles& profiles, std::string profile)
    : provider_(keys.provider),
      profile_(std::move(profile)),
      is_environment_(keys.provider == "aws.environment") {
  const Section* section = is_environment_ ? nullptr : profiles.find(profile_);
  if (section != nullptr && trim(property(*section, "aws_access_key_id")) == keys.access_key_id)
    section_ = section;
}

std::string KeyPlaces::of(const char* variable, const char* name) const {
  if (is_environment_) return variable;
  if (section_ == nullptr) return "what " + provider_ + " gives";
  const auto found = section_->find(std::string_view(name));
  const std::string where = found == section_->end() ? "" : found->second.where + ", ";
  return std::string(name) + " (" + where + "profile " + profile_ + ")";
}

std::optional<Error> complain_of_looks(const Credentials& keys, const KeyPlaces& places) {
  const std::string_view secret = keys.secret_access_key.reveal(),
                         token = keys.session_token.reveal();
  if (is_quoted(keys.access_key_id)) return with_marks(places.of_id());
  if (is_quoted(secret)) return with_marks(places.of_secret());
  if (is_quoted(token)) return with_marks(places.of_token());
  if (has_blank(keys.access_key_id)) return with_blank(places.of_id());
  if (has_blank(secret)) return with_blank(places.of_secret());
  if (has_blank(token)) return with_blank(places.of_token());
  if (token.empty() && keys.access_key_id.starts_with("ASIA"))
    return make_finding("session_token_missing",
                        "the access key is a temporary one and its session token is missing",
                        {"set " + places.of_token() + ", or make new temporary credentials"},
                        "it begins with ASIA, and there is no session token");
  return std::nullopt;
}

std::string odd_length(const Credentials& keys) {
  const std::size_t size = keys.secret_access_key.reveal().size();
  if (size == kSecretLength || !keys.access_key_id.starts_with("A")) return "";
  return "it has " + std::to_string(size) + " characters, and AWS's have " +
         std::to_string(kSecretLength);
}

}  // namespace pgiam::aws
