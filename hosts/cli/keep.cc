// pgiam keep: tokens in files that tools read, replaced before they die.
#include <algorithm>
#include <charconv>

#include "commands.h"
#include "connection.h"
#include "connection_url.h"
#include "home.h"
#include "keeper.h"
#include "kept_file.h"
#include "library.h"
#include "report.h"

namespace pgiam::cli {
namespace {

using host::SecretText;
using keeper::Milliseconds;

// A token with less life than this is worth the question whether there is a better one.
constexpr Milliseconds kShortLife = std::chrono::minutes{6};

Milliseconds read_interval(const Arguments& arguments) {
  if (!arguments.has("interval")) return Milliseconds{0};
  const std::string& text = arguments.value("interval");
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || *end != '\0' || seconds < 1 || seconds > 86400)
    throw UsageError("--interval " + text + " is no number of seconds", "e.g. --interval 300");
  return std::chrono::seconds{seconds};
}

std::string default_pgpass() {
  const std::string file = host::default_password_file();
  if (file.empty()) throw UsageError("there is no HOME to look for .pgpass in", "--pgpass FILE");
  return file;
}

keeper::Fresh fetch(Context& context, const Connection& connection, bool as_url) {
  Request request = connection.request_to_send();
  const auto ask = [&] {
    const Reply reply = demand_token(context, request);
    return keeper::Fresh{as_url ? url_of(connection, reply) : SecretText(reply.param("password")),
                         Milliseconds{reply.number(PGIAM_REPLY_TOKEN_EXPIRES_AT)}};
  };
  keeper::Fresh fresh = ask();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  if (fresh.expires_at - now >= kShortLife) return fresh;
  request.flags(PGIAM_REQUEST_REFRESH);  // kept credentials that end soon
  return ask();
}

using ConnectionPtr = std::shared_ptr<const Connection>;

std::string name_of(const Connection& connection) {
  return connection.user() + "@" + connection.host() + ":" + connection.port();
}

// A list may also name hosts that are not ours. Where none is ours they stay: the error tells why.
std::vector<ConnectionPtr> without_foreign_hosts(Context& context, std::vector<ConnectionPtr> all) {
  if (all.size() == 1) return all;
  std::vector<ConnectionPtr> ours;
  std::string foreign;
  for (const ConnectionPtr& connection : all) {
    if (is_ours(context, connection->request_to_send()))
      ours.push_back(connection);
    else
      foreign += (foreign.empty() ? "" : ", ") + name_of(*connection);
  }
  if (ours.empty()) return all;
  if (!foreign.empty()) remark("no endpoint of ours, and nothing is kept for it: " + foreign);
  return ours;
}

std::vector<ConnectionPtr> connections_of(Context& context, const KeptFile& file,
                                          const std::string& word, const Arguments& arguments) {
  if (!file.is_by_host()) return {std::make_shared<const Connection>(word, arguments)};
  return without_foreign_hosts(context, Connection::to_each_host(word, arguments));
}

keeper::Item make_item(Context& context, const KeptFile& file, const ConnectionPtr& connection) {
  keeper::Item item;
  item.name = name_of(*connection);
  item.fetch = [&context, connection, as_url = file.holds_urls()] {
    return fetch(context, *connection, as_url);
  };
  file.put_into(item, *connection);
  return item;
}

std::vector<keeper::Item> make_items(Context& context, const Arguments& arguments) {
  const KeptFile file(arguments, default_pgpass);
  if (file.is_for_one_connection() && arguments.words.size() > 1)
    throw UsageError("a file that holds one password is for one CONNINFO",
                     "--pgpass FILE and --userlist FILE take several");
  std::vector<std::string> words = arguments.words;
  if (words.empty()) words.emplace_back();
  std::vector<keeper::Item> items;
  std::vector<std::string> users;
  for (const std::string& word : words) {
    for (const ConnectionPtr& connection : connections_of(context, file, word, arguments)) {
      items.push_back(make_item(context, file, connection));
      users.push_back(connection->user());
    }
  }
  std::sort(users.begin(), users.end());
  const auto twice = std::adjacent_find(users.begin(), users.end());
  if (file.is_by_user() && twice != users.end())
    throw UsageError("a userlist has one password for each user, and " + *twice + " comes twice",
                     "one file, and one PgBouncer, for each server");
  return items;
}

// The files that are kept are for others to read: what goes into them is always a new token.
Arguments with_tokens_only(Arguments arguments) {
  for (const char* option : {"password_file", "pgpass"})
    arguments.options.emplace_back(option, "none");
  return arguments;
}

// Reports the exception in flight, and gives the exit status that fits.
int report_current() {
  return report_failures([]() -> int { throw; });
}

// Whether the exception in flight is one that waiting does not mend.
bool is_final() {
  try {
    throw;
  } catch (const Error& error) {
    return exit_status(error.status()) != kExitNetwork;
  } catch (const std::exception&) {
    return true;
  }
}

int run(const Arguments& arguments) {
  const Milliseconds interval = read_interval(arguments);
  if (arguments.has("once") && (arguments.has("interval") || arguments.has("remove-on-exit")))
    throw UsageError("--once goes with neither --interval nor --remove-on-exit", "pgiam help keep");
  keeper::SystemClock clock;
  const keeper::Notifier notifier;
  Context context = make_context(with_tokens_only(arguments));
  keeper::Keeper keeper(make_items(context, arguments), clock, notifier,
                        {.remark = remark, .complain = [] { report_current(); }}, interval);
  if (arguments.has("once")) {
    keeper.refresh_once();
    return kExitOk;
  }
  const bool remove = arguments.has("remove-on-exit");
  try {
    keeper.run(is_final);
  } catch (const std::exception&) {
    if (remove) keeper.forget_all();  // those that it had, when another could not be had
    throw;
  }
  if (remove) keeper.forget_all();
  return kExitOk;
}

}  // namespace

Command keep_command() {
  return {.name = "keep",
          .purpose = "keeps a file with a password fresh, for tools that read one",
          .word = {kConninfo.name, kConninfo.purpose, true},
          .flags = {{"password-file", "FILE", "a file that holds nothing but the password"},
                    {"pgpass", "FILE", "a libpq password file [$PGPASSFILE, else ~/.pgpass]"},
                    {"userlist", "FILE", "PgBouncer's auth_file, \"user\" \"password\""},
                    {"pidfile", "FILE", "of the PgBouncer that is to read it after each change"},
                    {"uri-file", "FILE", "a file that holds a connection URL, token included"},
                    {"env-file", "FILE", "a dotenv file, of which one variable is kept"},
                    {"env-name", "NAME", "which one"},
                    {"env-value", "token|uri",
                     "what it is set to [uri where NAME ends in URL, URI or DSN]"},
                    {"once", nullptr,
                     "refresh now, then end: for cron, or as a command before connecting"},
                    {"interval", "SECONDS",
                     "refresh at least this often [before half of a token's life]"},
                    {"remove-on-exit", nullptr, "leave no token behind"}},
          .takes_connection = true,
          .takes_options = true,
          .notes =
              "Runs in the foreground until SIGTERM or SIGINT. Of a file that holds more than one\n"
              "password only the lines of these connections change. A libpq password file gets a line\n"
              "for each host of a list, the others are about its first.",
          .run = run};
}

}  // namespace pgiam::cli
