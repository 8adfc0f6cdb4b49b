// What this thread was answered lately: the same question finds it again without a lock, as long as
// nothing has changed. It owns no secret: what was answered is the flow's, and goes with it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "flow/plan.h"
#include "flow/request.h"
#include "flow/password_cache.h"

namespace pgiam {

// The state of the world that an answer was made in.
struct Moment {
  Time now{};
  std::uint64_t environment = 0;  // Environment::generation()
  std::uint64_t changes = 0;      // change_count()
};

// What an answer is made of.
struct Ingredients {
  std::shared_ptr<const Plan> plan;
  KeptSecretPtr secret;
  PasswordPtr password;  // of this secret, to be given again; null: one is to be made
};

class LastAnswers {
 public:
  // What `asker` kept for such a connection, if it would find the same now.
  std::optional<Ingredients> find(const void* asker, const Request& request,
                                  const Moment& moment) const;
  // `moment` was before anything of it was looked up, so a change meanwhile outdates it.
  void keep(const void* asker, const Request& request, const Moment& moment, Time until,
            const Ingredients& found);

 private:
  struct Entry {
    const void* asker = nullptr;  // compared only; that it went is a change
    std::optional<OwnedRequest> request;
    Moment moment;
    Time until{};
    std::weak_ptr<const Plan> plan;
    std::weak_ptr<const KeptSecret> secret;
    std::weak_ptr<const Password> password;

    bool fits(const void* asker, const Request& request) const;
  };
  std::array<Entry, 4> entries_;  // a thread that goes round more connections gains nothing
  std::size_t next_ = 0;
};

}  // namespace pgiam
