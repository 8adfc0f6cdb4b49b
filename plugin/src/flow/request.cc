#include "flow/request.h"

namespace pgiam {

OwnedRequest::OwnedRequest(const Request& request)
    : text_{std::string(request.host), std::string(request.user), std::string(request.database),
            std::string(request.sslmode), std::string(request.can_apply),
            std::string(request.hostaddr), std::string(request.alias_of)},
      password_(request.password),
      request_(request) {
  request_.host = text_[0];
  request_.user = text_[1];
  request_.database = text_[2];
  request_.sslmode = text_[3];
  request_.can_apply = text_[4];
  request_.hostaddr = text_[5];
  request_.alias_of = text_[6];
  request_.password = password_.reveal();
  for (const auto& [key, value] : request.options) options_.emplace_back(key, value);
  request_.options.assign(options_.begin(), options_.end());
  for (const auto& [key, value] : request.keywords) keywords_.emplace_back(key, value);
  request_.keywords.assign(keywords_.begin(), keywords_.end());
}

}  // namespace pgiam
