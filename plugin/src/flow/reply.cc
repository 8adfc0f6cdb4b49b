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
  add("password", token_->text.reveal_c_str(), true);
  if (!plan_->set_sslmode.empty()) add("sslmode", plan_->set_sslmode.c_str());
  if (!plan_->sslrootcert.empty()) add("sslrootcert", plan_->sslrootcert.c_str());
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

Reply::Reply(std::shared_ptr<const Plan> plan, std::string explanation)
    : plan_(std::move(plan)), explanation_(std::move(explanation)) {}

}  // namespace pgiam
