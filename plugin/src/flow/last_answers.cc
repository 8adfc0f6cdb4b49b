#include "flow/last_answers.h"

#include <algorithm>

namespace pgiam {

bool LastAnswers::Entry::fits(const void* other_asker, const Request& other) const {
  return asker == other_asker && request && same_connection(request->request(), other);
}

std::optional<Ingredients> LastAnswers::find(const void* asker, const Request& request,
                                             const Moment& moment) const {
  const auto same = [&](const Entry& entry) { return entry.fits(asker, request); };
  const auto entry = std::find_if(entries_.begin(), entries_.end(), same);
  if (entry == entries_.end()) return std::nullopt;
  if (entry->moment.environment != moment.environment || entry->moment.changes != moment.changes)
    return std::nullopt;
  // A clock that was set back tells nothing of how old the answer is.
  if (moment.now < entry->moment.now || moment.now >= entry->until) return std::nullopt;

  Ingredients found{entry->plan.lock(), nullptr, entry->password.lock()};
  if (!found.plan) return std::nullopt;
  if (found.password && may_be_given_again(*found.password, moment.now, found.plan->reuse)) return found;
  found.password = nullptr;
  found.secret = entry->secret.lock();
  if (!found.secret) return std::nullopt;
  return found;
}

void LastAnswers::keep(const void* asker, const Request& request, const Moment& moment, Time until,
                       const Ingredients& found) {
  const auto same = [&](const Entry& entry) { return entry.fits(asker, request); };
  auto entry = std::find_if(entries_.begin(), entries_.end(), same);
  if (entry == entries_.end()) {
    entry = entries_.begin() + static_cast<std::ptrdiff_t>(next_++ % entries_.size());
    entry->asker = asker;
    entry->request.emplace(request);
  }
  entry->moment = moment;
  entry->until = until;
  entry->plan = found.plan;
  entry->secret = found.secret;
  entry->password = found.password;
}

}  // namespace pgiam
