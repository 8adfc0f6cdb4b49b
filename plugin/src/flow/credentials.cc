// Secrets themselves: handed out, and signed in for.
#include "flow/flow.h"

namespace pgiam {

Result<Reply> Flow::credentials(const Request& request, std::stop_token stop) {
  const Milliseconds start = world_.clock.uptime();
  auto made = planner_.make_for_credentials(request, begin_planning(request, start, stop));
  if (!made) return made.error();
  const auto plan = std::make_shared<const Plan>(std::move(*made));
  begin_connection(*plan);
  const Call call = begin_call(*plan, request, start, std::move(stop));
  Trace trace;
  auto found = fetcher_->get(wanted(*plan->as<AskCloud>(), request, call), trace);
  if (!found) return found.error();
  return Reply(plan, std::move(found->secret), found->from_cache);
}

Result<Reply> Flow::login(const Request& request, std::stop_token stop) {
  const Milliseconds start = world_.clock.uptime();
  const auto plan = planner_.make_for_credentials(request, begin_planning(request, start, stop));
  if (!plan) return plan.error();
  begin_connection(*plan);
  const Cloud& cloud = *plan->cloud();
  if (request.no_interaction || !world_.prompt.available())
    return with_commands(
        make_error(Status::kLoginRequired, "signing in takes a person, who cannot be asked here"),
        {cloud.login_command(plan->settings)}, "run in a terminal: ");
  const Call call = begin_call(*plan, request, start, stop);
  if (auto done = cloud.login(plan->settings, call); !done) return done.error();
  Request anew = request;
  anew.refresh = true;
  return credentials(anew, std::move(stop));
}

}  // namespace pgiam
