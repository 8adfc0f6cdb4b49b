// What a host gets. It holds on to what it was made of and copies nothing of it.
#pragma once

#include <memory>
#include <string>

#include "clouds/cloud.h"
#include "flow/decide/plan.h"
#include "flow/password_cache.h"
#include "flow/password_files.h"

namespace pgiam {

// In libpq's words. Borrowed from the reply.
using Param = HandedOut;

class Reply {
 public:
  // An answer to before_connect.
  Reply(std::shared_ptr<const Plan> plan, PasswordPtr password, bool from_cache,
        bool secret_from_cache);
  // An answer to before_connect from a file of the user's own.
  Reply(std::shared_ptr<const Plan> plan, std::shared_ptr<const PasswordFile> file,
        PasswordPtr password, bool is_token);
  // An answer to credentials and login: no password.
  Reply(std::shared_ptr<const Plan> plan, KeptSecretPtr secret, bool from_cache);
  // An answer to before_connect whose password has to be fetched first.
  static Reply late(std::shared_ptr<const Plan> plan);
  // An answer to explain: no password, no parameters.
  Reply(std::shared_ptr<const Plan> plan, std::string explanation);

  const Plan& plan() const { return *plan_; }
  // Null in an explanation, and where it is late.
  const PasswordPtr& password() const { return password_; }
  bool is_late() const { return is_late_; }
  // Null where none was needed.
  const KeptSecretPtr& secret() const {
    return rest_ ? rest_->secret : password_->maker->made_of();
  }
  // Null where the password is from no file.
  const PasswordFile* file() const { return rest_ ? rest_->file.get() : nullptr; }
  // Where it came from: "aws.sso", "password_file", or "".
  const char* provider() const;
  bool from_cache() const { return from_cache_; }
  // Was what the password was made of there before it was asked for?
  bool secret_from_cache() const { return secret_from_cache_; }
  // Whose secret it is, masked.
  const std::string& principal() const {
    return rest_ ? rest_->principal : password_->maker->owner();
  }
  const char* explanation() const { return rest_ ? rest_->explanation.c_str() : ""; }
  // What the client has to set beside the password; only where there is one, or will be.
  const KeywordSettings& settings() const;
  // A password and its settings, or the parts of a secret.
  std::size_t param_count() const;
  Param param(std::size_t index) const;

 private:
  // What only a few replies have; a password that was made has none of it, and such replies are
  // many.
  struct Rest {
    KeptSecretPtr secret;
    std::string principal;
    std::shared_ptr<const PasswordFile> file;
    bool is_token = false;  // that the file holds
    std::string explanation;
    std::vector<HandedOut> parts;  // of the secret
  };

  std::shared_ptr<const Plan> plan_;
  PasswordPtr password_;
  std::shared_ptr<const Rest> rest_;
  bool from_cache_ = false, secret_from_cache_ = false, is_late_ = false;
};

}  // namespace pgiam
