#include "clouds/aws/service_error.h"

#include "base/redact.h"
#include "base/text.h"
#include "clouds/aws/json.h"
#include "clouds/aws/retry.h"
#include "clouds/aws/xml.h"

namespace pgiam::aws {
namespace {

constexpr std::size_t kLongestMessage = 500;

// A sentence of somebody else's, made fit for one line of a log: an endpoint may be anybody's, and
// repeat what it was sent.
std::string one_line(std::string_view text) {
  std::string line(trim(text.substr(0, kLongestMessage)));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = ' ';
  return redact_message(line, "", kLongestMessage);
}

// "com.amazonaws.sso#UnauthorizedException:http://…" → "UnauthorizedException"
std::string bare_code(std::string_view code) {
  code = code.substr(0, code.find(':'));
  const auto hash = code.rfind('#');
  return one_line(hash == std::string_view::npos ? code : code.substr(hash + 1));
}

void read_json(const HttpResponse& response, ServiceError& error) {
  const auto body = Json::parse(response.body);
  if (!body) {  // plain text, as agents of containers give
    error.message = one_line(response.body);
    return;
  }
  for (const char* name : {"__type", "code", "error"})
    if (error.code.empty()) error.code = bare_code(body->text(name).value_or(""));
  for (const char* name : {"message", "error_description"})
    if (error.message.empty()) error.message = one_line(body->text(name).value_or(""));
}

void read_xml(const HttpResponse& response, ServiceError& error) {
  error.code = bare_code(xml_text(response.body, "Code").value_or(""));
  error.message = one_line(xml_text(response.body, "Message").value_or(""));
  error.request_id = one_line(xml_text(response.body, "RequestId").value_or(""));
}

Status status_of(const HttpResponse& response, const std::string& code) {
  switch (classify(response.status, code)) {
    case Failure::kThrottled:
      return Status::kThrottled;
    case Failure::kTransient:
      return Status::kNetwork;
    default:
      break;
  }
  if (response.status >= 500) return Status::kNetwork;
  return response.status >= 400 ? Status::kDenied : Status::kBadResponse;
}

// Nobody waits longer, so whoever asks for it is mistaken.
constexpr Milliseconds kLongestPause{3'600'000};
constexpr Milliseconds kPauseOfThrottled{1000};

std::optional<Milliseconds> read_pause(std::string_view header, Milliseconds unit) {
  const auto number = parse_integer(header);
  if (!number || *number < 0 || *number > kLongestPause / unit) return std::nullopt;
  return *number * unit;
}

// Before a request that may then succeed; zero where it is not known.
Milliseconds pause_after(const HttpResponse& response, Status status) {
  if (const auto asked = asked_pause(response)) return *asked;
  if (const auto asked = read_pause(response.header("Retry-After"), Seconds{1})) return *asked;
  return status == Status::kThrottled ? kPauseOfThrottled : Milliseconds{0};
}

}  // namespace

std::optional<Milliseconds> asked_pause(const HttpResponse& response) {
  return read_pause(response.header("x-amz-retry-after"), Milliseconds{1});
}

ServiceError parse_service_error(const HttpResponse& response) {
  ServiceError error;
  // The content type is not to be relied on: the first letter is.
  const bool xml = trim(response.body).starts_with('<');
  if (xml) read_xml(response, error);
  if (!xml) {
    error.code = bare_code(response.header("x-amzn-ErrorType"));
    read_json(response, error);
  }
  if (error.request_id.empty()) error.request_id = one_line(response.header("x-amzn-RequestId"));
  return error;
}

Error describe_refusal(const HttpResponse& response, const std::string& what) {
  const ServiceError told = parse_service_error(response);
  const std::string status = "HTTP status " + std::to_string(response.status);
  const std::string code = told.code.empty() ? status : told.code;
  Error error = make_error(status_of(response, told.code),
                           what + ": " + (told.message.empty() ? code : told.message));
  error.remote = told.code.empty() ? status : told.code + ", " + status;
  if (!told.request_id.empty()) error.remote += ", request " + told.request_id;
  error.retryable = error.status == Status::kThrottled || error.status == Status::kNetwork;
  if (error.retryable) error.retry_after_ms = pause_after(response, error.status).count();
  return error;
}

}  // namespace pgiam::aws
