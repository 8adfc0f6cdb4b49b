// pgiam doctor: tries a connection as the hook would, and tells the first thing that does not hold.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>

#include "../commands.h"
#include "../late_libpq.h"
#include "../report.h"
#include "../version.h"
#include "../whole_file.h"
#include "examination.h"

namespace pgiam::cli {
namespace {

namespace json = boost::json;

// With a star for each digit of an account's number: twelve, and no more, in a row.
std::string without_accounts(std::string text) {
  constexpr std::size_t kDigits = 12;
  const auto is_digit = [&](std::size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]));
  };
  for (std::size_t at = 0, end = 0; at < text.size(); at = end + 1) {
    for (end = at; is_digit(end);) ++end;
    if (end - at == kDigits) text.replace(at, kDigits, kDigits, '*');
  }
  return text;
}

std::string report_for_ticket(const doctor::Report& report) {
  json::object versions = about();
  versions.erase("options");
  versions.erase("features");
  versions["libpq"] = late_libpq().PQlibVersion();
  json::object all;
  all["left_out"] = "passwords, tokens, keys and account numbers";
  all["versions"] = std::move(versions);
  const json::value told = json::parse(doctor::to_json(report));
  for (const auto& member : told.as_object()) all.insert(member);
  return without_accounts(json::serialize(all)) + "\n";
}

int run(const Arguments& arguments) {
  const doctor::Report report = doctor::examine(arguments);
  print_line(arguments.has("json") ? doctor::to_json(report) : doctor::to_text(report));
  if (arguments.has("report"))
    write_whole(arguments.value("report"), report_for_ticket(report), 0600);
  return report.verdict.exit_status;
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .purpose = "find out why a connection does not work",
          .word = kConninfo,
          .flags = {{"json", nullptr, "as a JSON object"},
                    {"offline", nullptr, "ask the cloud for credentials, and nothing else"},
                    {"admin", "CONNINFO",
                     "another login, which works: asked whether the role is as it must be"},
                    {"report", "FILE", "also write what one attaches to a ticket, as JSON"}},
          .takes_connection = true,
          .takes_options = true,
          .notes =
              "Connects as a program with the hook would, and ends where something does not hold:\n"
              "the verdict comes first, then what to do, then what each step found. Logs in and\n"
              "runs no query, but for --admin's login, which reads the catalogue. Without CONNINFO\n"
              "it examines what every connection rests on. Also takes JDBC URLs and ODBC's strings.\n"
              "What it prints holds no secret and may be sent to whoever helps.",
          .run = run};
}

}  // namespace pgiam::cli
