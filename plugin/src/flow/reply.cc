#include "flow/reply.h"

#include "base/text.h"

namespace pgiam {

Reply::Reply(std::shared_ptr<const Plan> plan, CredentialsPtr credentials,
             std::shared_ptr<const Token> token, bool from_cache)
    : plan_(std::move(plan)),
      credentials_(std::move(credentials)),
      token_(std::move(token)),
      from_cache_(from_cache),
      principal_(mask(credentials_->access_key_id)) {
  add_login(/*needs_tls=*/true);
}

Reply::Reply(std::shared_ptr<const Plan> plan, std::shared_ptr<const PasswordFile> file,
             std::shared_ptr<const Token> password, bool needs_tls)
    : plan_(std::move(plan)), token_(std::move(password)), file_(std::move(file)) {
  add_login(needs_tls);
}

Reply::Reply(std::shared_ptr<const Plan> plan, CredentialsPtr credentials, bool from_cache)
    : plan_(std::move(plan)),
      credentials_(std::move(credentials)),
      from_cache_(from_cache),
      principal_(mask(credentials_->access_key_id)) {
  add("access_key_id", credentials_->access_key_id.c_str());
  add("secret_access_key", credentials_->secret_access_key.reveal_c_str(), true);
  if (!credentials_->session_token.empty())
    add("session_token", credentials_->session_token.reveal_c_str(), true);
  if (!credentials_->account_id.empty()) add("account_id", credentials_->account_id.c_str());
}

void Reply::add_login(bool needs_tls) {
  add("password", token_->text.reveal_c_str(), true);
  if (needs_tls && !plan_->set_sslmode.empty()) add("sslmode", plan_->set_sslmode.c_str());
  if (!plan_->sslrootcert.empty()) add("sslrootcert", plan_->sslrootcert.c_str());
}

const char* Reply::provider() const {
  if (file_) return info_of(plan_->file->option).key;
  return credentials_ ? credentials_->provider.c_str() : "";
}

Reply::Reply(std::shared_ptr<const Plan> plan, std::string explanation)
    : plan_(std::move(plan)), explanation_(std::move(explanation)) {}

}  // namespace pgiam
