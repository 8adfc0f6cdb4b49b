// pgiam keep: tokens in password files, replaced before they die.
#include <charconv>
#include <cstdlib>

#include "commands.h"
#include "connection.h"
#include "keeper.h"
#include "library.h"
#include "pgpass.h"
#include "report.h"
#include "secret_file.h"

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

// Where libpq looks: PostgreSQL documentation, "The Password File".
std::string default_pgpass() {
  if (const char* file = std::getenv("PGPASSFILE"); file && *file) return file;
  const char* home = std::getenv("HOME");
  if (!home || !*home) throw UsageError("there is no HOME to look for .pgpass in", "--pgpass FILE");
  return std::string(home) + "/.pgpass";
}

// What is wrong with a file is the user's to mend.
template <typename F>
auto on_file(F action) {
  return [action](std::string_view token) {
    try {
      return action(token);
    } catch (const keeper::FileError& error) {
      throw UsageError(error.what(), error.hint());
    }
  };
}

keeper::Fresh fetch(Context& context, const Connection& connection) {
  Request request = connection.request_to_send();
  const auto ask = [&] {
    const Reply reply = demand_token(context, request);
    return keeper::Fresh{SecretText(reply.param("password")),
                         Milliseconds{reply.number(PGIAM_REPLY_TOKEN_EXPIRES_AT)}};
  };
  keeper::Fresh fresh = ask();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  if (fresh.expires_at - now >= kShortLife) return fresh;
  request.flags(PGIAM_REQUEST_REFRESH);  // kept credentials that end soon
  return ask();
}

keeper::Item make_item(Context& context, const std::string& conninfo, const Arguments& arguments) {
  const auto connection = std::make_shared<const Connection>(conninfo, arguments);
  keeper::Item item;
  item.fetch = [&context, connection] { return fetch(context, *connection); };
  item.name = connection->user() + "@" + connection->host() + ":" + connection->port();
  if (arguments.has("password-file")) {
    const std::string path = arguments.value("password-file");
    item.store = on_file([path](std::string_view token) {
      return keeper::update_file(path, [token](std::string_view) { return SecretText(token); });
    });
    item.forget = on_file([path](std::string_view token) { keeper::remove_file(path, token); });
    item.state = [path] { return keeper::state_of_file(path); };
    return item;
  }
  const std::string path = arguments.has("pgpass") ? arguments.value("pgpass") : default_pgpass();
  const keeper::Entry entry{connection->host(), connection->port(),
                            connection->chosen_database(), connection->user()};
  if (const std::string why = keeper::why_not_writable(entry); !why.empty())
    throw UsageError(item.name + " cannot stand in " + path + ": " + why, "--password-file FILE");
  item.state = [path] { return keeper::state_of_file(path); };
  item.store = on_file([path, entry](std::string_view token) {
    return keeper::update_file(path, [&](std::string_view content) {
      return keeper::with_password(content, entry, token);
    });
  });
  item.forget = on_file([path, entry](std::string_view token) {
    keeper::update_file(path, [&](std::string_view content) {
      return keeper::without_password(content, entry, token);
    });
  });
  return item;
}

std::vector<keeper::Item> make_items(Context& context, const Arguments& arguments) {
  const bool one_only = arguments.has("password-file");
  if (one_only && arguments.has("pgpass"))
    throw UsageError("--password-file and --pgpass are two kinds of file", "run pgiam keep twice");
  if (one_only && arguments.words.size() > 1)
    throw UsageError("a file that holds one password is for one CONNINFO",
                     "--pgpass FILE takes several");
  std::vector<std::string> words = arguments.words;
  if (words.empty()) words.emplace_back();
  std::vector<keeper::Item> items;
  for (const std::string& word : words) items.push_back(make_item(context, word, arguments));
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
          .purpose = "keeps a password file fresh, for tools that read one",
          .word = {kConninfo.name, kConninfo.purpose, true},
          .flags = {{"password-file", "FILE", "a file that holds nothing but the password"},
                    {"pgpass", "FILE", "a libpq password file [$PGPASSFILE, else ~/.pgpass]"},
                    {"once", nullptr,
                     "refresh now, then end: for cron, or as a command before connecting"},
                    {"interval", "SECONDS",
                     "refresh at least this often [before half of a token's life]"},
                    {"remove-on-exit", nullptr, "leave no token behind"}},
          .takes_connection = true,
          .takes_options = true,
          .notes =
              "Runs in the foreground until SIGTERM or SIGINT. Of a libpq password file only the\n"
              "lines of these connections change.",
          .run = run};
}

}  // namespace pgiam::cli
