// pgiam explain: what would be done for a connection, and which rule decided.
#include <boost/json/parse.hpp>

#include "commands.h"
#include "connection.h"
#include "json_text.h"
#include "library.h"
#include "plugin.h"
#include "report.h"

namespace pgiam::cli {
namespace {

namespace json = boost::json;

json::array list(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(key);
  return member && member->is_array() ? member->get_array() : json::array();
}

class Sheet {
 public:
  void row(const std::string& name, const std::string& value) {
    if (value.empty()) return;
    std::string padded = name;
    padded.resize(std::max<std::size_t>(13, name.size() + 1), ' ');
    text_ += "\n  " + padded + value;
  }
  void line(const std::string& line) { text_ += (text_.empty() ? "" : "\n") + line; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add_target(Sheet& sheet, const json::object& all) {
  sheet.row("because", text(all, "reason"));
  sheet.row("rule", text(all, "rule"));
  if (text(all, "target") == "none") return;
  const std::string from = text(all, "signing_host_from");
  sheet.row("signed for", text(all, "signing_host") + ":" + text(all, "signing_port") +
                              (from == "dns" ? ", by the word of DNS alone" : ""));
  if (const std::string name = text(all, "dial_host"); name != text(all, "host"))
    sheet.row("dials", name + (text(all, "dial_hostaddr").empty()
                                   ? ""
                                   : ", at " + text(all, "dial_hostaddr")));
  const std::string region = text(all, "region");
  sheet.row("region", region.empty() ? "unknown" : region + ", from: " + text(all, "region_from"));
  const std::string sslmode = text(all, "sslmode"), said_by = text(all, "sslmode_from");
  sheet.row("TLS", text(all, "tls") + (sslmode.empty() ? "" : ", sslmode=" + sslmode) +
                       (said_by == "sslrootcert" ? ", since a CA is named" : "") +
                       (said_by == "installed_ca"
                            ? ", since a CA bundle is installed (back: tls = require, or rm " +
                                  text(all, "sslrootcert") + ")"
                            : ""));
}

void add_credentials(Sheet& sheet, const json::object& credentials) {
  if (const std::string provider = text(credentials, "provider"); !provider.empty()) {
    const std::string expiry = text(credentials, "expires_at");
    sheet.row("credentials", text(credentials, "owner") + " from " + provider +
                                 (expiry.empty() ? "" : ", good until " + expiry));
  }
  for (const json::value& item : list(credentials, "tried")) {
    const json::object& attempt = item.as_object();
    const std::string detail = text(attempt, "detail");
    sheet.row("tried", text(attempt, "provider") + ": " + text(attempt, "outcome") +
                           (detail.empty() ? "" : ", " + detail) + " (" +
                           text(attempt, "ms") + " ms)");
  }
}

// What it comes to takes the network, and nobody was asked.
bool is_unknown(const json::object& all) {
  const json::value* error = all.if_contains("error");
  return error && error->is_object() && text(error->get_object(), "message").starts_with("would ask ");
}

void add_error(Sheet& sheet, const json::object& all) {
  const json::value* error = all.if_contains("error");
  if (!error || !error->is_object()) return;
  if (is_unknown(all)) {
    sheet.row("not known", text(error->get_object(), "message"));
    sheet.row("", "to ask: pgiam explain --resolve");
    return;
  }
  sheet.row("fails", text(error->get_object(), "message"));
  sheet.row("", text(error->get_object(), "hint"));
}

std::string describe(const json::object& all) {
  const std::string target = text(all, "target");
  const bool fails = all.contains("error");
  Sheet sheet;
  sheet.line(text(all, "user") + " at " + text(all, "host") + ":" + text(all, "port") + ": " +
             (is_unknown(all)    ? "not known without the network"
              : fails            ? "the connection would fail"
              : target == "none" ? "not ours, connects as without pgiam"
                                 : "gets a token"));
  add_target(sheet, all);
  add_credentials(sheet, all.at("credentials").as_object());
  for (const json::value& warning : list(all, "warnings"))
    sheet.row("warning", std::string(warning.as_string()));
  add_error(sheet, all);
  return sheet.text();
}

int run(const Arguments& arguments) {
  Context context = make_context(arguments);
  Connection connection(arguments);
  Request request = connection.request_as_dialled();
  request.can_apply("*");  // as libpq
  if (arguments.has("resolve")) request.flags(PGIAM_REQUEST_RESOLVE);
  const Reply reply = std::move(context.explain(request)).value();
  const std::string explanation = reply.text(PGIAM_REPLY_EXPLANATION);
  if (host::is_disabled())
    remark("warning: PGIAM_DISABLE is set: programs connect as without pgiam");
  print_line(arguments.has("json") ? explanation : describe(json::parse(explanation).as_object()));
  return kExitOk;
}

}  // namespace

Command explain_command() {
  return {.name = "explain",
          .purpose = "what would be done for a connection, and which rule decided",
          .word = kConninfo,
          .flags = {{"json", nullptr, "as a JSON object"},
                    {"resolve", nullptr, "also what needs the network: aliases, credentials"}},
          .takes_connection = true,
          .takes_options = true,
          .notes = "Holds no secret, and without --resolve asks nobody.",
          .run = run};
}

}  // namespace pgiam::cli
