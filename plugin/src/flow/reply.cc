#include "flow/reply.h"

namespace pgiam {

Reply::Reply(std::shared_ptr<const Plan> plan, PasswordPtr password, bool from_cache,
             bool secret_from_cache)
    : plan_(std::move(plan)),
      password_(std::move(password)),
      from_cache_(from_cache),
      secret_from_cache_(secret_from_cache) {}

Reply::Reply(std::shared_ptr<const Plan> plan, std::shared_ptr<const PasswordFile> file,
             PasswordPtr password, bool is_token)
    : plan_(std::move(plan)),
      password_(std::move(password)),
      rest_(std::make_shared<const Rest>(Rest{{}, {}, std::move(file), is_token, {}, {}})) {}

Reply::Reply(std::shared_ptr<const Plan> plan, KeptSecretPtr secret, bool from_cache)
    : plan_(std::move(plan)), from_cache_(from_cache) {
  std::string principal = secret->owner();
  std::vector<HandedOut> parts = secret->hand_out();
  rest_ = std::make_shared<const Rest>(
      Rest{std::move(secret), std::move(principal), {}, false, {}, std::move(parts)});
}

Reply::Reply(std::shared_ptr<const Plan> plan, std::string explanation)
    : plan_(std::move(plan)),
      rest_(std::make_shared<const Rest>(Rest{{}, {}, {}, false, std::move(explanation), {}})) {}

Reply Reply::late(std::shared_ptr<const Plan> plan) {
  Reply reply(std::move(plan), std::string());
  reply.is_late_ = true;
  return reply;
}

const KeywordSettings& Reply::settings() const {
  if (file() == nullptr) return *plan_->as<AskCloud>()->settings;
  const auto* from_file = plan_->as<PasswordFromFile>();
  return rest_->is_token ? *from_file->settings_of_token : *from_file->settings;
}

std::size_t Reply::param_count() const {
  if (password_ != nullptr) return 1 + settings().size();
  return rest_->parts.size();
}

Param Reply::param(std::size_t index) const {
  if (password_ == nullptr) return rest_->parts[index];
  if (index == 0) return {"password", password_->text.reveal_c_str(), true};
  const KeywordSetting& setting = settings()[index - 1];
  return {setting.key.c_str(), setting.value.c_str()};
}

const char* Reply::provider() const {
  if (file()) return plan_->as<PasswordFromFile>()->source.option->key;
  return secret() ? secret()->provider.c_str() : "";
}

}  // namespace pgiam
