#include "clouds/aws/credentials.h"

#include "base/text.h"

namespace pgiam::aws {

std::string Credentials::owner() const { return mask(access_key_id); }

std::vector<HandedOut> Credentials::hand_out() const {
  std::vector<HandedOut> parts = {
      {"access_key_id", access_key_id.c_str()},
      {"secret_access_key", secret_access_key.reveal_c_str(), true},
  };
  if (!session_token.empty())
    parts.push_back({"session_token", session_token.reveal_c_str(), true});
  if (!account_id.empty()) parts.push_back({"account_id", account_id.c_str()});
  return parts;
}

}  // namespace pgiam::aws
