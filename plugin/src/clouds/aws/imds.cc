#include "clouds/aws/imds.h"

#include <algorithm>

#include "base/state_lock.h"
#include "base/text.h"
#include "base/url.h"
#include "clouds/aws/service_error.h"

namespace pgiam::aws {
namespace {

constexpr const char* kIPv4 = "http://169.254.169.254";
constexpr const char* kIPv6 = "http://[fd00:ec2::254]";
constexpr Seconds kTokenLife{21600};
constexpr Seconds kTokenMargin{120};
constexpr Milliseconds kAbsenceRemembered{60'000};
// A failure that took longer is not worth another wait.
constexpr Milliseconds kQuick{400};

constexpr const char* kDisabled = "AWS_EC2_METADATA_DISABLED";
constexpr const char* kEndpoint = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
constexpr const char* kEndpointMode = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
constexpr const char* kUseIPv6 = "AWS_IMDS_USE_IPV6";
constexpr const char* kTimeout = "AWS_METADATA_SERVICE_TIMEOUT";
constexpr const char* kAttempts = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";
constexpr const char* kInstanceProfile = "AWS_EC2_INSTANCE_PROFILE_NAME";
constexpr const char* kVariables[] = {kDisabled, kEndpoint, kEndpointMode,   kUseIPv6,
                                      kTimeout,  kAttempts, kInstanceProfile};

// The variable, else the profile's property, and which of them it was.
struct Setting {
  std::string value;
  std::string from;
};

class SettingsReader {
 public:
  SettingsReader(const Environment& environment, const Section* profile)
      : environment_(environment), profile_(profile) {}

  Setting get(const char* variable, const char* key) const {
    if (const auto value = environment_.get_nonblank(variable))
      return {std::string(trim(*value)), variable};
    if (profile_ == nullptr) return {};
    return {std::string(trim(property(*profile_, key))), std::string(key) + " of the profile"};
  }
  bool on(const char* variable, const char* key) const {
    return parse_bool(get(variable, key).value).value_or(false);
  }

 private:
  const Environment& environment_;
  const Section* profile_;
};

Result<std::string> endpoint_of(const SettingsReader& settings) {
  const Setting endpoint = settings.get(kEndpoint, "ec2_metadata_service_endpoint");
  if (!endpoint.value.empty()) {
    const auto url = parse_url(endpoint.value);
    if (!url || !url->query.empty())
      return make_error(Status::kBadConfig, endpoint.from + " is not the URL of an endpoint",
                        std::string("write it as ") + kIPv4);
    std::string text = url->text();
    while (text.ends_with('/')) text.pop_back();
    return text;
  }
  const Setting mode = settings.get(kEndpointMode, "ec2_metadata_service_endpoint_mode");
  if (equals_ignore_case(mode.value, "IPv6")) return std::string(kIPv6);
  if (equals_ignore_case(mode.value, "IPv4")) return std::string(kIPv4);
  if (!mode.value.empty())
    return make_error(Status::kBadConfig,
                      mode.from + " = \"" + mode.value + "\" is not an endpoint mode",
                      "write IPv4 or IPv6");
  return std::string(settings.on(kUseIPv6, "imds_use_ipv6") ? kIPv6 : kIPv4);
}

// "2" or "0.5": botocore takes whole seconds, the SDK for Java fractions, too. A point is one whatever
// the program's locale.
std::optional<Milliseconds> parse_seconds(std::string_view text) {
  constexpr long long kLongest = 3600;
  if (text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
  const auto point = text.find('.');
  const auto whole = parse_integer(text.substr(0, point));
  std::string thousandths(point == text.npos ? "0" : text.substr(point + 1));
  thousandths.resize(3, '0');
  const auto rest = parse_integer(thousandths);
  if (!whole || !rest || *whole > kLongest || *whole * 1000 + *rest == 0) return std::nullopt;
  return Milliseconds{*whole * 1000 + *rest};
}

Error not_a_number(const Setting& setting) {
  return make_error(Status::kBadConfig,
                    setting.from + " = \"" + setting.value + "\" is not a positive number");
}

// Something is there, but no service that gives out roles: switched off, or not that of EC2. There
// is no version 1 to fall back to.
Error refused(const HttpResponse& response) {
  Error error = describe_refusal(response, "the instance metadata service gave no token");
  if (error.retryable) return error;
  error.status = Status::kNotApplicable;
  if (response.status == 403)
    error.hint =
        "on EC2 it is switched on by: aws ec2 modify-instance-metadata-options "
        "--http-endpoint enabled --instance-id …";
  return error;
}

// What goes into a header or a path must not break out of it.
bool is_one_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 127;
  });
}

}  // namespace

constinit const std::span<const char* const> kImdsVariables = kVariables;

Result<ImdsSettings> read_imds_settings(const ProviderContext& context, const Call& call) {
  const auto profiles = context.files.read(call);
  if (!profiles) return profiles.error();
  const SettingsReader reader(context.world.environment, (*profiles)->find(context.profile));
  if (reader.on(kDisabled, "disable_ec2_metadata"))
    return not_applicable(
        "the instance metadata service is switched off (AWS_EC2_METADATA_DISABLED)");

  ImdsSettings settings;
  auto endpoint = endpoint_of(reader);
  if (!endpoint) return endpoint.error();
  settings.endpoint = std::move(*endpoint);
  const Setting timeout = reader.get(kTimeout, "metadata_service_timeout");
  if (!timeout.value.empty()) {
    const auto given = parse_seconds(timeout.value);
    if (!given) return not_a_number(timeout);
    settings.timeout = *given;
    settings.patience = std::max(settings.patience, *given);
  }
  const Setting attempts = reader.get(kAttempts, "metadata_service_num_attempts");
  if (!attempts.value.empty()) {
    const auto given = parse_integer(attempts.value);
    if (!given || *given < 1) return not_a_number(attempts);
    settings.attempts = static_cast<int>(std::min(*given, 100LL));
  }
  const Setting role = reader.get(kInstanceProfile, "ec2_instance_profile_name");
  if (!role.value.empty() && !is_one_word(role.value))
    return make_error(Status::kBadConfig, role.from + " is not the name of an instance profile");
  settings.role = role.value;
  return settings;
}

Imds::Imds(const ProviderContext& context, ImdsSettings settings)
    : world_(context.world), runtime_(context.runtime), settings_(std::move(settings)) {}

Call Imds::limit(const Call& call) const {
  Call limited = call;
  limited.deadline = std::min(call.deadline, world_.clock.uptime() + settings_.patience);
  return limited;
}

ImdsFacts Imds::facts() const {
  const StateLock lock;
  return runtime_.imds[settings_.endpoint];
}

void Imds::remember(const std::function<void(ImdsFacts&)>& change) {
  const StateLock lock;
  change(runtime_.imds[settings_.endpoint]);
}

HttpRequest Imds::request(const char* method, const std::string& path) const {
  HttpRequest request;
  request.method = method;
  request.url = settings_.endpoint + path;
  request.use_proxy = false;
  request.connect_timeout = settings_.timeout;
  request.timeout = settings_.patience;
  request.answer_limit = 64 * 1024;
  return request;
}

Result<HttpResponse> Imds::send(const HttpRequest& request, const Call& call) const {
  for (int number = 1;; ++number) {
    const Milliseconds start = world_.clock.uptime();
    auto response = world_.http.send(request, call);
    const bool passing = response
                             ? classify(response->status, "") == Failure::kTransient
                             : response.error().retryable && world_.clock.uptime() - start < kQuick;
    if (!passing || number >= settings_.attempts) return response;
    const Milliseconds pause =
        backoff(Failure::kTransient, number, runtime_.random(), std::nullopt);
    if (pause >= call.deadline - world_.clock.uptime()) return response;
    if (!runtime_.pause(pause, call.stop)) return cancelled();
  }
}

Result<HttpResponse> Imds::get(const std::string& path, const Call& call) {
  for (bool renewed = false;; renewed = true) {
    const auto word = token(call);
    if (!word) return word.error();
    HttpRequest http = request("GET", path);
    http.headers.push_back({"X-aws-ec2-metadata-token", std::string(word->reveal())});  // a list would be copied
    auto response = send(http, call);
    wipe(http.headers[0].value);
    if (!response || response->status != 401 || renewed) return response;
    remember([](ImdsFacts& known) { known.token = Secret(); });  // it had expired
  }
}

Result<Secret> Imds::token(const Call& call) {
  const ImdsFacts known = facts();
  const Milliseconds now = world_.clock.uptime();
  if (!known.token.empty() && now < known.token_until) return known.token;
  if (now < known.absent_until) return known.absence;
  return fetch_token(call);
}

Result<Secret> Imds::fetch_token(const Call& call) {
  HttpRequest http = request("PUT", "/latest/api/token");
  http.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", std::to_string(kTokenLife.count())}};
  const Milliseconds time_given = call.deadline - world_.clock.uptime();
  auto response = send(http, call);
  if (!response) {
    // A caller in a hurry learns nothing about who is there.
    const bool cut_short = time_given < settings_.timeout && world_.clock.uptime() >= call.deadline;
    return cut_short ? response.error() : absent(std::move(response).error());
  }
  const WipeAtExit wipe_body(response->body);
  if (response->status != 200) return refused(*response);
  const std::string_view text = trim(response->body);
  if (!is_one_word(text))
    return make_error(Status::kBadResponse, "the instance metadata service gave a malformed token");
  const auto told = parse_integer(response->header("X-aws-ec2-metadata-token-ttl-seconds"));
  const Seconds life{std::clamp<std::int64_t>(told.value_or(kTokenLife.count()), 0,
                                              kTokenLife.count())};
  const Milliseconds until =
      world_.clock.uptime() + std::max<Milliseconds>(life - kTokenMargin, life / 2);
  Secret token(text);
  remember([&](ImdsFacts& known) {
    known.token = token;
    known.token_until = until;
    known.absent_until = Milliseconds{0};
  });
  return token;
}

// Nobody there, most likely: this is not EC2. Asking again soon would cost as long again.
Error Imds::absent(Error error) {
  if (error.status != Status::kNetwork && error.status != Status::kTimeout) return error;
  Error absence = not_applicable("no instance metadata service: " + error.message);
  if (error.status == Status::kTimeout)
    absence.hint =
        "it takes connections, but its answer is lost: in a container on EC2, raise the hop limit: "
        "aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2 --instance-id …";
  remember([&](ImdsFacts& known) {
    known.absence = absence;
    known.absent_until = world_.clock.uptime() + kAbsenceRemembered;
  });
  return absence;
}

}  // namespace pgiam::aws
