// What a host gets. It holds on to what it was made of and copies nothing of it.
#pragma once

#include <boost/container/static_vector.hpp>
#include <memory>
#include <string>

#include "clouds/cloud.h"
#include "flow/password_files.h"
#include "flow/plan.h"
#include "flow/token_cache.h"

namespace pgiam {

// In libpq's words. Borrowed from the reply.
struct Param {
  const char* key = "";
  const char* value = "";
  bool secret = false;
};
using Params = boost::container::static_vector<Param, 4>;

class Reply {
 public:
  // An answer to before_connect.
  Reply(std::shared_ptr<const Plan> plan, TokenPtr token, bool from_cache)
      : plan_(std::move(plan)), token_(std::move(token)), from_cache_(from_cache) {}
  // An answer to before_connect from a file of the user's own.
  Reply(std::shared_ptr<const Plan> plan, std::shared_ptr<const PasswordFile> file,
        TokenPtr password, bool needs_tls);
  // An answer to credentials and login: no token.
  Reply(std::shared_ptr<const Plan> plan, CredentialsPtr credentials, bool from_cache);
  // An answer to explain: no token, no parameters.
  Reply(std::shared_ptr<const Plan> plan, std::string explanation);

  const Plan& plan() const { return *plan_; }
  // Null in an explanation.
  const TokenPtr& token() const { return token_; }
  // Null where no credentials were needed.
  const CredentialsPtr& credentials() const {
    return rest_ ? rest_->credentials : token_->credentials;
  }
  // Null where the password is from no file.
  const PasswordFile* file() const { return rest_ ? rest_->file.get() : nullptr; }
  // Where it came from: "aws.sso", "password_file", or "".
  const char* provider() const;
  bool from_cache() const { return from_cache_; }
  // The access key id, masked.
  const std::string& principal() const { return rest_ ? rest_->principal : token_->principal; }
  const char* explanation() const { return rest_ ? rest_->explanation.c_str() : ""; }
  // What the client must set to use the token.
  Params params() const;

 private:
  // What only a few replies have; a token that was signed has none of it, and such replies are
  // many.
  struct Rest {
    CredentialsPtr credentials;
    std::string principal;
    std::shared_ptr<const PasswordFile> file;
    bool needs_tls = false;
    std::string explanation;
  };

  std::shared_ptr<const Plan> plan_;
  TokenPtr token_;
  std::shared_ptr<const Rest> rest_;
  bool from_cache_ = false;
};

}  // namespace pgiam
