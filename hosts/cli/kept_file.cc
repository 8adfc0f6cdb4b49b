#include "kept_file.h"

#include <algorithm>

#include "dotenv.h"
#include "pgbouncer.h"
#include "pgpass.h"
#include "report.h"
#include "secret_file.h"
#include "userlist.h"

namespace pgiam::cli {
namespace {

using host::SecretText;
using keeper::FileError;

constexpr const char* kFlags[] = {"password-file", "pgpass", "userlist", "uri-file", "env-file"};

// "" where none is named.
std::string chosen_flag(const Arguments& arguments) {
  std::string chosen;
  for (const char* flag : kFlags) {
    if (!arguments.has(flag)) continue;
    if (!chosen.empty())
      throw UsageError("--" + chosen + " and --" + flag + " are two kinds of file",
                       "run pgiam keep once for each");
    chosen = flag;
  }
  return chosen;
}

std::string chosen_variable(const Arguments& arguments) {
  if (!arguments.has("env-file")) {
    if (!arguments.has("env-name") && !arguments.has("env-value")) return "";
    throw UsageError("--env-name and --env-value are for a file that --env-file names",
                     "--env-file FILE --env-name NAME");
  }
  if (!arguments.has("env-name"))
    throw UsageError("which variable of the file is to be kept?", "--env-name NAME");
  const std::string& name = arguments.value("env-name");
  if (!keeper::is_variable_name(name))
    throw UsageError("\"" + name + "\" is no name of a variable",
                     "letters, digits and _, and no digit first: --env-name PGPASSWORD");
  return name;
}

bool is_named_as_url(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name.ends_with("URL") || name.ends_with("URI") || name.ends_with("DSN");
}

bool variable_is_url(const Arguments& arguments, const std::string& name) {
  if (!arguments.has("env-value")) return is_named_as_url(name);
  const std::string& value = arguments.value("env-value");
  if (value != "token" && value != "uri")
    throw UsageError("--env-value " + value + " is neither token nor uri", "pgiam help keep");
  return value == "uri";
}

// What is wrong with a file is the user's to mend.
template <typename F>
auto on_file(F action) {
  return [action](std::string_view kept) {
    try {
      return action(kept);
    } catch (const FileError& error) {
      throw UsageError(error.what(), error.hint());
    }
  };
}

void put_whole(keeper::Item& item, const std::string& path) {
  item.store = on_file([path](std::string_view text) {
    return keeper::update_file(path, [text](std::string_view) { return SecretText(text); });
  });
  item.forget = on_file([path](std::string_view text) { keeper::remove_file(path, text); });
}

// `with` and `without` make the new content of (content, what is kept).
template <typename With, typename Without>
void put_among_others(keeper::Item& item, const std::string& path, With with, Without without) {
  item.store = on_file([path, with](std::string_view text) {
    return keeper::update_file(path, [&](std::string_view content) { return with(content, text); });
  });
  item.forget = on_file([path, without](std::string_view text) {
    keeper::update_file(path, [&](std::string_view content) { return without(content, text); });
  });
}

void put_into_pgpass(keeper::Item& item, const std::string& path, const Connection& connection) {
  const keeper::Entry entry{connection.host(), connection.port(), connection.chosen_database(),
                            connection.user()};
  if (const std::string why = keeper::why_not_writable(entry); !why.empty())
    throw UsageError(item.name + " cannot stand in " + path + ": " + why, "--password-file FILE");
  put_among_others(
      item, path,
      [entry](std::string_view content, std::string_view token) {
        return keeper::with_password(content, entry, token);
      },
      [entry](std::string_view content, std::string_view token) {
        return keeper::without_password(content, entry, token);
      });
}

void put_into_userlist(keeper::Item& item, const std::string& path, const std::string& user,
                       const std::string& pidfile) {
  put_among_others(
      item, path,
      [path, user](std::string_view content, std::string_view token) {
        if (const std::string why = keeper::why_not_in_userlist(content, user, token); !why.empty())
          throw FileError(path + ": " + why, "the file is as it was");
        return keeper::with_user(content, user, token);
      },
      [user](std::string_view content, std::string_view token) {
        return keeper::without_user(content, user, token);
      });
  if (pidfile.empty()) return;
  item.store = on_file([store = item.store, pidfile](std::string_view token) {
    const std::string state = store(token);
    keeper::reload_pgbouncer(pidfile);
    return state;
  });
}

void put_into_dotenv(keeper::Item& item, const std::string& path, const std::string& variable) {
  put_among_others(
      item, path,
      [path, variable](std::string_view content, std::string_view text) {
        if (!keeper::is_plain_in_dotenv(text))
          throw FileError(path + ": " + variable + " would have characters that not all who read " +
                              "such files take alike",
                          "--password-file FILE or --uri-file FILE");
        return keeper::with_variable(content, variable, text);
      },
      [variable](std::string_view content, std::string_view text) {
        return keeper::without_variable(content, variable, text);
      });
}

}  // namespace

KeptFile::KeptFile(const Arguments& arguments, std::string (*default_pgpass)()) {
  const std::string flag = chosen_flag(arguments);
  variable_ = chosen_variable(arguments);
  if (arguments.has("pidfile")) pidfile_ = arguments.value("pidfile");
  if (!pidfile_.empty() && flag != "userlist")
    throw UsageError("--pidfile is of the PgBouncer whose file --userlist names",
                     "--userlist FILE --pidfile FILE");
  path_ = flag.empty() ? default_pgpass() : arguments.value(flag);
  if (flag == "password-file") kind_ = Kind::kPassword;
  if (flag == "userlist") kind_ = Kind::kUserlist;
  if (flag == "uri-file") kind_ = Kind::kUrl;
  if (flag == "env-file") kind_ = Kind::kEnvironment;
  holds_urls_ = kind_ == Kind::kUrl ||
                (kind_ == Kind::kEnvironment && variable_is_url(arguments, variable_));
}

void KeptFile::put_into(keeper::Item& item, const Connection& connection) const {
  item.state = [path = path_] { return keeper::state_of_file(path); };
  switch (kind_) {
    case Kind::kPassword:
    case Kind::kUrl: return put_whole(item, path_);
    case Kind::kPgpass: return put_into_pgpass(item, path_, connection);
    case Kind::kUserlist: return put_into_userlist(item, path_, connection.user(), pidfile_);
    case Kind::kEnvironment: return put_into_dotenv(item, path_, variable_);
  }
}

}  // namespace pgiam::cli
