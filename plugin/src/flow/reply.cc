#include "flow/reply.h"

namespace pgiam {

Reply::Reply(std::shared_ptr<const Plan> plan, PasswordPtr password, bool from_cache,
             bool secret_from_cache)
    : plan_(std::move(plan)),
      password_(std::move(password)),
      from_cache_(from_cache),
      secret_from_cache_(secret_from_cache) {
  set_password(true);
}

Reply::Reply(std::shared_ptr<const Plan> plan, std::shared_ptr<const PasswordFile> file,
             PasswordPtr password, bool needs_tls)
    : plan_(std::move(plan)),
      password_(std::move(password)),
      rest_(std::make_shared<const Rest>(Rest{{}, {}, std::move(file), {}})) {
  set_password(needs_tls);
}

Reply::Reply(std::shared_ptr<const Plan> plan, KeptSecretPtr secret, bool from_cache)
    : plan_(std::move(plan)), from_cache_(from_cache) {
  std::string principal = secret->owner();
  rest_ = std::make_shared<const Rest>(Rest{std::move(secret), std::move(principal), {}, {}});
  for (const HandedOut& part : rest_->secret->hand_out())
    params_.push_back({part.key, part.value, part.secret});
}

Reply::Reply(std::shared_ptr<const Plan> plan, std::string explanation)
    : plan_(std::move(plan)),
      rest_(std::make_shared<const Rest>(Rest{{}, {}, {}, std::move(explanation)})) {}

void Reply::set_password(bool needs_tls) {
  params_.push_back({"password", password_->text.reveal_c_str(), true});
  const std::string& sslmode = plan_->set_sslmode();
  if (needs_tls && !sslmode.empty()) params_.push_back({"sslmode", sslmode.c_str()});
  if (!plan_->sslrootcert.empty()) params_.push_back({"sslrootcert", plan_->sslrootcert.c_str()});
}

const char* Reply::provider() const {
  if (file()) return plan_->as<PasswordFromFile>()->source.option->key;
  return secret() ? secret()->provider.c_str() : "";
}

}  // namespace pgiam
