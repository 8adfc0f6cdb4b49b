// The signing keys of the day, derived once each and kept as secrets.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clouds/aws/sigv4.h"

namespace pgiam::aws {

// Any thread.
class SigningKeys {
 public:
  std::shared_ptr<const SigningKey> get(const CredentialsPtr& credentials, Time now,
                                        std::string_view region, std::string_view service);

 private:
  struct Entry {
    CredentialsPtr credentials;  // held, so that its address stays theirs
    std::int64_t day;
    std::string region, service;
    std::shared_ptr<const SigningKey> key;
  };
  std::vector<Entry> entries_;  // newest last, few
};

}  // namespace pgiam::aws
