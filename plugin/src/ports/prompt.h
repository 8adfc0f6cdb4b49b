// Asking the person in front of the host.
#pragma once

#include <string>

#include "base/call.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace pgiam {

struct PromptRequest {
  enum class Kind { kDeviceLogin = 1, kMfaCode = 2, kClose = 3 };
  Kind kind = Kind::kDeviceLogin;
  bool retry = false;      // the previous answer was wrong
  bool final_try = false;  // one more wrong answer locks the device
  unsigned id = 0;         // pairs a prompt with its kClose
  Milliseconds expires_in{0};
  std::string title, subject, url, url_complete, user_code;
};

class Prompt {
 public:
  virtual ~Prompt() = default;
  virtual bool available() const = 0;
  // The answer (empty for a device login), or kLoginDeclined.
  virtual Result<Secret> ask(const PromptRequest& request, const Call& call) = 0;
};

}  // namespace pgiam
