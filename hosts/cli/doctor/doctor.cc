// pgiam doctor: tries a connection as the hook would, and tells the first thing that does not hold.
#include "../commands.h"
#include "../report.h"
#include "examination.h"

namespace pgiam::cli {
namespace {

int run(const Arguments& arguments) {
  const doctor::Report report = doctor::examine(arguments);
  print_line(arguments.has("json") ? doctor::to_json(report) : doctor::to_text(report));
  return report.verdict.exit_status;
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .purpose = "find out why a connection does not work",
          .word = kConninfo,
          .flags = {{"json", nullptr, "as a JSON object"},
                    {"offline", nullptr, "ask the cloud for credentials, and nothing else"}},
          .takes_connection = true,
          .takes_options = true,
          .notes =
              "Connects as a program with the hook would, and ends where something does not hold:\n"
              "the verdict comes first, then what to do, then what each step found. Logs in and\n"
              "runs no query. What it prints holds no secret and may be sent to whoever helps.",
          .run = run};
}

}  // namespace pgiam::cli
