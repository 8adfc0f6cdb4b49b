// pgiam bridge: pgiam.h for programs that may not load the library. Each call is a line of JSON on
// standard input, and is answered by a line on standard output.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <algorithm>

#include "bridge_json.h"
#include "commands.h"
#include "library.h"
#include "pgiam_conninfo.hpp"
#include "report.h"
#include "version.h"

namespace pgiam::cli {
namespace {

namespace json = boost::json;

class Conversation {
 public:
  Conversation(Context& context, SecretLines& lines) : context_(context), lines_(lines) {}

  // Throws an Error or a UsageError.
  json::object answer(const json::object& asked) {
    const std::string call = text_of(asked, "call");
    if (call == "about") return about();
    if (call == "conninfo") return parse(asked);
    if (call == "before_connect") return before_connect(asked);
    if (call == "explain") return explain(asked);
    if (call == "attempt") return begin(asked);
    if (call == "next") return next();
    if (call == "report") return report(asked);
    if (call == "refresh") return refresh(host_index(asked));
    if (call == "explain_refusal") return explain_refusal(asked);
    if (call == "restart") return attempt().restart(), json::object();
    throw UsageError("there is no call \"" + call + "\"", "pgiam help bridge");
  }

  // Passwords in it are the caller's own.
  static json::object parse(const json::object& asked) {
    const Conninfo parsed = Conninfo::parse(text_of(asked, "conninfo").c_str()).value();
    json::object keywords;
    for (const pgiam_param& param : parsed.params()) keywords[param.key] = param.value;
    return {{"keywords", std::move(keywords)}};
  }

 private:
  // With the question for the caller's own credentials, if it has such.
  template <typename Call>
  auto with(const GivenRequest& given, Call call) {
    return given.request().with([&](const pgiam_request* raw) {
      pgiam_request request = *raw;
      if (!given.identity().empty()) {
        request.credentials = on_question;
        request.credentials_user_data = this;
        request.credentials_identity = given.identity().c_str();
      }
      return call(request);
    });
  }

  json::object before_connect(const json::object& asked) {
    const GivenRequest given(asked);
    pgiam_reply* reply = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status = with(given, [&](const pgiam_request& request) {
      return pgiam_before_connect(context_.get(), &request, &reply, &error);
    });
    if (status != PGIAM_OK) throw Error(linked(), status, error);
    return describe_whole(Reply(linked(), reply).get());
  }

  json::object explain(const json::object& asked) {
    const GivenRequest given(asked);
    const Reply reply = context_.explain(given.request()).value();
    json::object answer;
    answer["explanation"] = reply.text(PGIAM_REPLY_EXPLANATION);
    return answer;
  }

  json::object begin(const json::object& asked) {
    const GivenRequest given(asked);
    attempt_ = with(given, [&](const pgiam_request& request) {
      return context_.attempt(request).value();
    });
    json::object answer;
    answer["hosts"] = hosts();
    return answer;
  }

  // Inside a call of ours, and so between its line and the answer.
  static void PGIAM_CALL on_question(void* self, const pgiam_prompt* prompt,
                                     pgiam_question* question) {
    if (!question) return;
    const bool retry = (prompt->flags & PGIAM_PROMPT_FLAG_RETRY) != 0;
    try {
      print_line(json::serialize(json::object{{"ask", "credentials"}, {"retry", retry}}));
      const auto line = static_cast<Conversation*>(self)->lines_.next();
      if (!line) throw UsageError("the input ended", "");
      finish(question, read_object(line->view()));
    } catch (const std::exception& failed) {
      pgiam_question_decline(question, PGIAM_E_NO_CREDENTIALS, failed.what());
    }
  }

  Attempt& attempt() {
    if (!attempt_) throw UsageError("there is no attempt yet", "pgiam help bridge");
    return *attempt_;
  }

  // Without passwords: they are asked for at the moment of sending, by refresh.
  json::object next() {
    const pgiam_step step = attempt().next().value();
    json::object params;
    for (const pgiam_param& param : attempt().params())
      if (!(param.flags & PGIAM_PARAM_SECRET)) params[param.key] = param.value;
    return {{"step", step.kind == PGIAM_STEP_DONE ? "done" : "connect"},
            {"host", static_cast<std::int64_t>(step.host) - 1},
            {"params", std::move(params)},
            {"hosts", hosts()}};
  }

  // With what the last connect dials in their place.
  json::array hosts() {
    json::array hosts;
    for (const pgiam_host& host : attempt().hosts())
      hosts.push_back(json::object{{"host", host.host},
                                   {"hostaddr", host.hostaddr},
                                   {"port", host.port},
                                   {"dial_host", host.dial_host},
                                   {"dial_hostaddr", host.dial_hostaddr}});
    return hosts;
  }

  json::object report(const json::object& asked) {
    const GivenOutcome given(asked);
    const pgiam_status status = attempt().report(given.outcome());
    if (status != PGIAM_OK) throw Error(linked(), status, nullptr);
    return {};
  }

  json::object refresh(std::size_t host) {
    const Error failed = attempt().refresh(host);
    if (failed.status() != PGIAM_OK) throw failed;
    return describe_whole(attempt().host(host).reply);
  }

  // Null where there is nothing to explain.
  json::object explain_refusal(const json::object& asked) {
    const GivenOutcome given(asked);
    const pgiam_reply* reply = attempt().host(host_index(asked)).reply;
    const Error explained = context_.explain_refusal(reply, given.outcome());
    json::object answer;
    if (explained.status() != PGIAM_NOT_APPLICABLE)
      answer["refusal"] = describe(explained);
    else
      answer["refusal"] = nullptr;
    return answer;
  }

  std::size_t host_index(const json::object& asked) {
    const std::int64_t host = std::max<std::int64_t>(number_of(asked, "host").value_or(0), 0);
    if (static_cast<std::size_t>(host) < attempt().hosts().size())
      return static_cast<std::size_t>(host);
    throw UsageError("there is no such host in the list", "pgiam help bridge");
  }

  Context& context_;
  SecretLines& lines_;
  std::optional<Attempt> attempt_;
};

// Of the caller's own making, so that there is no error of the library.
json::object describe_usage(const UsageError& error) {
  return {{"status", PGIAM_E_INVALID_ARGUMENT},
          {"name", pgiam_status_name(PGIAM_E_INVALID_ARGUMENT)},
          {"message", error.what()},
          {"hint", error.hint()}};
}

json::object answer(Conversation& conversation, std::string_view line) {
  json::object failure;
  try {
    return conversation.answer(read_object(line));
  } catch (const Error& error) {
    failure["error"] = describe(error);
  } catch (const UsageError& error) {
    failure["error"] = describe_usage(error);
  }
  return failure;
}

int run(const Arguments& arguments) {
  Context context = make_context(arguments, Asking::kNobody, PGIAM_LOG_ERROR);
  SecretLines lines(STDIN_FILENO);
  Conversation conversation(context, lines);
  while (const auto line = lines.next())
    print_line(json::serialize(answer(conversation, line->view())));
  return kExitOk;
}

}  // namespace

Command bridge_command() {
  return {
      .name = "bridge",
      .purpose = "the library for programs that may not load it, as lines of JSON",
      .notes =
          "Reads a call a line from standard input and answers each with a line, until the input\n"
          "ends. For bindings of languages; the manual page describes the calls.",
      .run = run};
}

}  // namespace pgiam::cli
