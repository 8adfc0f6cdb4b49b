#include "flow/last_answers.h"

#include <algorithm>

namespace pgiam {

bool LastAnswers::Entry::fits(const void* other_asker, const Request& other) const {
  return asker == other_asker && request && same_connection(request->request(), other);
}

std::optional<Reply> LastAnswers::find(const void* asker, const Request& request,
                                       const Moment& moment) const {
  for (const Entry& entry : entries_) {
    if (!entry.fits(asker, request)) continue;
    if (entry.moment.environment != moment.environment || entry.moment.changes != moment.changes)
      return std::nullopt;
    // A clock that was set back tells nothing of how old the answer is.
    if (moment.now < entry.moment.now || moment.now >= entry.until) return std::nullopt;
    auto plan = entry.plan.lock();
    auto token = entry.token.lock();
    if (!plan || !token) return std::nullopt;
    return Reply(std::move(plan), std::move(token), true);
  }
  return std::nullopt;
}

void LastAnswers::keep(const void* asker, const Request& request, const Moment& moment, Time until,
                       const Reply& answer) {
  const auto same = [&](const Entry& entry) { return entry.fits(asker, request); };
  auto entry = std::find_if(entries_.begin(), entries_.end(), same);
  if (entry == entries_.end()) {
    entry = entries_.begin() + static_cast<std::ptrdiff_t>(next_++ % entries_.size());
    entry->asker = asker;
    entry->request.emplace(request);
  }
  entry->moment = moment;
  entry->until = until;
  entry->plan = answer.shared_plan();
  entry->token = answer.token();
}

}  // namespace pgiam
