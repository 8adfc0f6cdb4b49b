// What a host gets. It holds on to what it was made of and copies nothing of it.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>

#include "clouds/cloud.h"
#include "flow/password_files.h"
#include "flow/plan.h"

namespace pgiam {

// In libpq's words. Borrowed from the reply.
struct Param {
  const char* key = "";
  const char* value = "";
  bool secret = false;
};

class Reply {
 public:
  // An answer to before_connect.
  Reply(std::shared_ptr<const Plan> plan, CredentialsPtr credentials,
        std::shared_ptr<const Token> token, bool from_cache);
  // An answer to before_connect from a file of the user's own.
  Reply(std::shared_ptr<const Plan> plan, std::shared_ptr<const PasswordFile> file,
        std::shared_ptr<const Token> password, bool needs_tls);
  // An answer to credentials and login: no token.
  Reply(std::shared_ptr<const Plan> plan, CredentialsPtr credentials, bool from_cache);
  // An answer to explain: no token, no parameters.
  Reply(std::shared_ptr<const Plan> plan, std::string explanation);

  const Plan& plan() const { return *plan_; }
  // Null in an explanation.
  const Token* token() const { return token_.get(); }
  // Null where no credentials were needed.
  const CredentialsPtr& credentials() const { return credentials_; }
  // Null where the password is from no file.
  const PasswordFile* file() const { return file_.get(); }
  // Where it came from: "aws.sso", "password_file", or "".
  const char* provider() const;
  bool from_cache() const { return from_cache_; }
  // The access key id, masked.
  const std::string& principal() const { return principal_; }
  const std::string& explanation() const { return explanation_; }
  // What the client must set to use the token.
  std::span<const Param> params() const { return {params_.data(), param_count_}; }

 private:
  void add_login(bool needs_tls);
  void add(const char* key, const char* value, bool secret = false) {
    params_[param_count_++] = {key, value, secret};
  }

  std::shared_ptr<const Plan> plan_;
  CredentialsPtr credentials_;
  std::shared_ptr<const Token> token_;
  std::shared_ptr<const PasswordFile> file_;
  bool from_cache_ = false;
  std::string principal_;
  std::string explanation_;
  std::array<Param, 4> params_;
  std::size_t param_count_ = 0;
};

}  // namespace pgiam
