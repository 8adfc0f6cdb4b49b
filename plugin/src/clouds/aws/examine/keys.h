// What is wrong with keys by their looks alone, and where they are set.
#pragma once

#include <optional>
#include <string>

#include "clouds/aws/credentials.h"
#include "clouds/aws/shared_files.h"

namespace pgiam::aws {

// Where a person set a part of static keys: "AWS_SECRET_ACCESS_KEY", "~/.aws/credentials:3 (profile
// dev)"; what gave them, where nobody set them by hand.
class KeyPlaces {
 public:
  KeyPlaces(const Credentials& keys, const Profiles& profiles, std::string profile);
  std::string of_id() const { return of("AWS_ACCESS_KEY_ID", "aws_access_key_id"); }
  std::string of_secret() const { return of("AWS_SECRET_ACCESS_KEY", "aws_secret_access_key"); }
  std::string of_token() const { return of("AWS_SESSION_TOKEN", "aws_session_token"); }
  bool are_set_by_hand() const { return is_environment_ || section_ != nullptr; }

 private:
  std::string of(const char* variable, const char* property) const;

  std::string provider_, profile_;
  bool is_environment_;
  const Section* section_ = nullptr;
};

// Nothing where they may be good. What they hold is not told.
std::optional<Error> complain_of_looks(const Credentials& keys, const KeyPlaces& places);
// "it has 39 characters, and AWS's have 40", "" where it has as many.
std::string odd_length(const Credentials& keys);

}  // namespace pgiam::aws
