#include "flow/reply.h"

#include "base/text.h"

namespace pgiam {

Reply::Reply(std::shared_ptr<const Plan> plan, std::shared_ptr<const PasswordFile> file,
             TokenPtr password, bool needs_tls)
    : plan_(std::move(plan)),
      token_(std::move(password)),
      rest_(std::make_shared<const Rest>(Rest{{}, {}, std::move(file), needs_tls, {}})) {}

Reply::Reply(std::shared_ptr<const Plan> plan, CredentialsPtr credentials, bool from_cache)
    : plan_(std::move(plan)), from_cache_(from_cache) {
  std::string principal = mask(credentials->access_key_id);
  rest_ = std::make_shared<const Rest>(
      Rest{std::move(credentials), std::move(principal), {}, false, {}});
}

Reply::Reply(std::shared_ptr<const Plan> plan, std::string explanation)
    : plan_(std::move(plan)),
      rest_(std::make_shared<const Rest>(Rest{{}, {}, {}, false, std::move(explanation)})) {}

Params Reply::params() const {
  Params params;
  if (token_) {
    params.push_back({"password", token_->text.reveal_c_str(), true});
    if ((!rest_ || rest_->needs_tls) && !plan_->set_sslmode.empty())
      params.push_back({"sslmode", plan_->set_sslmode.c_str()});
    if (!plan_->sslrootcert.empty())
      params.push_back({"sslrootcert", plan_->sslrootcert.c_str()});
  } else if (const Credentials* handed = credentials().get()) {
    params.push_back({"access_key_id", handed->access_key_id.c_str()});
    params.push_back({"secret_access_key", handed->secret_access_key.reveal_c_str(), true});
    if (!handed->session_token.empty())
      params.push_back({"session_token", handed->session_token.reveal_c_str(), true});
    if (!handed->account_id.empty()) params.push_back({"account_id", handed->account_id.c_str()});
  }
  return params;
}

const char* Reply::provider() const {
  if (file()) return plan_->file->option->key;
  return credentials() ? credentials()->provider.c_str() : "";
}

}  // namespace pgiam
