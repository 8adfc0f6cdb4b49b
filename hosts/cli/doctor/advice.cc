#include "advice.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "../json_text.h"

namespace pgiam::cli::doctor {
namespace {

namespace json = boost::json;

Cause cause_of(const json::object& finding) {
  return {text(finding, "code"), text(finding, "sentence"), texts(finding, "commands"),
          text(finding, "evidence")};
}

}  // namespace

Advice Advice::on_connection(Context& context, const Request& request) {
  Advice advice;
  Result<std::string> found = context.examine(request, PGIAM_EXAMINE_ADVICE);
  if (!found) return advice;
  const json::value told = json::parse(*found);
  const json::object& known = told.at("advice").as_object();
  for (const auto& [what, finding] : known.at("on").as_object())
    advice.on_[what] = cause_of(finding.as_object());
  for (const auto& [name, fact] : known.at("facts").as_object())
    advice.facts_[name] = std::string(fact.as_string());
  return advice;
}

const Cause* Advice::on(std::string_view what) const {
  const auto found = on_.find(what);
  return found == on_.end() ? nullptr : &found->second;
}

std::vector<std::string> Advice::commands(std::string_view what,
                                          std::vector<std::string> otherwise) const {
  const Cause* known = on(what);
  return known && !known->commands.empty() ? known->commands : std::move(otherwise);
}

std::string Advice::fact(std::string_view name) const {
  const auto found = facts_.find(name);
  return found == facts_.end() ? "" : found->second;
}

bool Advice::is_of_the_role(std::string_view code) const {
  constexpr std::string_view kEverywhere[] = {"no_role", "no_login", "user_spelling"};
  const Cause* membership = on("not_a_member");
  return (membership && membership->code == code) ||
         std::find(std::begin(kEverywhere), std::end(kEverywhere), code) != std::end(kEverywhere);
}

bool Advice::is_command(std::string_view first_word) const {
  const std::string programs = " " + fact("programs") + " ";
  return programs.find(" " + std::string(first_word) + " ") != programs.npos;
}

}  // namespace pgiam::cli::doctor
