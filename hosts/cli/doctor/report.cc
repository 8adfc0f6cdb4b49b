#include "report.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

#include "base/printable.h"

namespace pgiam::cli::doctor {
namespace {

namespace json = boost::json;

// Of the terminal; 80 where there is none.
std::size_t screen_width() {
  constexpr std::size_t kUsual = 80, kLeast = 30;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return std::max<std::size_t>(size.ws_col, kLeast);
}

// Where a step's detail begins. On a narrow screen that is a line of its own.
constexpr std::size_t kDetailColumn = 25, kNarrowColumn = 4, kNarrow = 72;

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kWarning:
      return "warning";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kSkipped:
    case Outcome::kNotReached:
      return "skipped";
  }
  return "";
}

// No escape sequence of a server's reaches the terminal.
void append_printable(std::string& text, std::string_view word) { text += without_controls(word, '?'); }

// Columns that a text takes, if each character takes one.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (char c : text) width += (c & 0xC0) != 0x80;
  return width;
}

// Appends words of one line, broken before the edge; further lines begin at `indent`.
void append_wrapped(std::string& text, std::string_view line, std::size_t indent) {
  std::size_t column = indent;
  for (bool is_first = true; !line.empty(); is_first = false) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    const std::size_t width = width_of(word);
    if (!is_first && column + 1 + width > screen_width()) {
      text.append("\n").append(indent, ' ');
      column = indent;
    } else if (!is_first) {
      text += ' ';
      ++column;
    }
    append_printable(text, word);
    column += width;
  }
}

void append_lines(std::string& text, std::string_view lines, std::size_t indent) {
  for (bool is_first = true; !lines.empty(); is_first = false) {
    std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (!is_first) text.append("\n").append(indent, ' ');
    const bool is_item = line.starts_with("- ");
    if (is_item) text += "- ", line.remove_prefix(2);
    append_wrapped(text, line, indent + (is_item ? 2 : 0));
  }
}

// What is typed, rather than read.
bool is_command(std::string_view remedy, const Advice& advice) {
  const std::string_view first = remedy.substr(0, remedy.find(' '));
  for (std::string_view word : {"pgiam", "curl", "unset", "getent", "GRANT", "ALTER", "CREATE",
                                "chmod", "timedatectl", "man"})
    if (first == word) return true;
  return advice.is_command(first) || first.find('=') != first.npos;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

bool has_several_hosts(const Report& report) {
  std::string first;
  for (const StepTaken& step : report.steps) {
    if (first.empty()) first = step.host;
    if (!step.host.empty() && step.host != first) return true;
  }
  return false;
}

bool has_failed(const Report& report, std::string_view step) {
  return std::any_of(report.steps.begin(), report.steps.end(), [&](const StepTaken& taken) {
    return taken.name == step && taken.finding.outcome == Outcome::kFailed;
  });
}

void append_not_reached(std::string& text, std::string& steps) {
  if (steps.empty()) return;
  text += "\n  " + padded("skipped", 8) + " ";
  append_wrapped(text, steps + ": not reached", 11);
  steps.clear();
}

json::array list_of(const std::vector<std::string>& texts) {
  json::array list;
  for (const std::string& text : texts) list.push_back(json::value(text));
  return list;
}

json::object to_object(const Verdict& verdict) {
  json::array causes;
  for (const Cause& cause : verdict.causes)
    causes.push_back(
        json::object{{"code", cause.code},
                     {"sentence", cause.sentence},
                     {"do", cause.commands.empty() ? std::string() : cause.commands.front()},
                     {"commands", list_of(cause.commands)},
                     {"evidence", cause.evidence}});
  return {{"code", verdict.code},
          {"sentence", verdict.sentence},
          {"certain", verdict.is_certain},
          {"evidence", verdict.evidence},
          {"causes", std::move(causes)}};
}

json::object to_object(const StepTaken& step) {
  return {{"step", step.name},
          {"host", step.host.empty() ? json::value() : json::value(step.host)},
          {"outcome", name_of(step.finding.outcome)},
          {"detail", step.finding.detail},
          {"ms", step.ms}};
}

}  // namespace

std::string to_text(const Report& report) {
  std::string text = "verdict: ";
  append_wrapped(text, report.verdict.sentence, 9);
  for (const std::string& remedy : report.verdict.remedies) {
    text += "\ndo: ";
    if (is_command(remedy, report.advice))
      append_printable(text, remedy);  // to be copied, so not broken
    else
      append_wrapped(text, remedy, 4);
  }
  // A login that was refused lists them itself.
  for (std::size_t i = 1; i < report.verdict.causes.size() && !has_failed(report, "login"); ++i) {
    text += "\nor: ";
    append_wrapped(text, report.verdict.causes[i].sentence, 4);
  }
  text += '\n';
  const bool of_several = has_several_hosts(report);
  std::string host, not_reached;
  for (const StepTaken& step : report.steps) {
    if (step.host != host) append_not_reached(text, not_reached);
    if (step.host != host && of_several) text += "\n" + (step.host.empty() ? "" : "\n" + step.host);
    host = step.host;
    if (step.finding.outcome == Outcome::kNotReached) {
      not_reached += (not_reached.empty() ? "" : ", ") + step.name;
      continue;
    }
    text += "\n  " + padded(name_of(step.finding.outcome), 8) + " ";
    const bool is_narrow = screen_width() < kNarrow;
    text += is_narrow ? step.name + "\n    " : padded(step.name, 14);
    append_lines(text, step.finding.detail, is_narrow ? kNarrowColumn : kDetailColumn);
  }
  append_not_reached(text, not_reached);
  return text;
}

std::string to_json(const Report& report) {
  json::array steps;
  for (const StepTaken& step : report.steps) steps.push_back(to_object(step));
  json::object all{{"verdict", to_object(report.verdict)},
                   {"do", list_of(report.verdict.remedies)},
                   {"steps", std::move(steps)}};
  for (const auto& member : report.explanation) all.insert(member);
  return json::serialize(all);
}

}  // namespace pgiam::cli::doctor
