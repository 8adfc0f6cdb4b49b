// pgiam login: signs a person in to IAM Identity Center, or asks for the code of an MFA device.
#include "commands.h"
#include "library.h"
#include "report.h"
#include "terminal.h"
#include "times.h"

namespace pgiam::cli {
namespace {

std::string describe(const Reply& reply) {
  std::string text = std::string(reply.text(PGIAM_REPLY_PRINCIPAL)) + " from " +
                     reply.text(PGIAM_REPLY_PROVIDER);
  if (const std::int64_t expiry = reply.number(PGIAM_REPLY_CREDENTIALS_EXPIRES_AT))
    text += ", good until " + rfc3339(expiry);
  return text;
}

int run(const Arguments& arguments) {
  Context context = make_context(arguments, Asking::kOnTerminal);
  const Reply reply = context.login().value();
  print_line(describe(reply));
  return kExitOk;
}

}  // namespace

Command login_command() {
  return {.name = "login",
          .purpose = "sign in to IAM Identity Center, for pgiam and the AWS CLI",
          .takes_options = true,
          .notes = "Shows a page's address and a code on the terminal, waits until somebody has\n"
                   "confirmed it in a browser, and keeps the sign-in where the AWS CLI keeps its\n"
                   "own, so that either serves the other. Where the profile's role takes a code of\n"
                   "an MFA device, it is asked for, too.",
          .run = run};
}

}  // namespace pgiam::cli
