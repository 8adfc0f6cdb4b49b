#include "clouds/toy/toy.h"

#include "base/text.h"
#include "base/url.h"
#include "clouds/refusal.h"
#include "clouds/toy/token.h"

namespace pgiam::toy {
namespace {

constexpr const char* kProviderName = "toy.server";

constexpr Option kOptions[] = {
    {"toy_server", "text", "", "PGIAM_TOY_SERVER", "URL of the toy's token server",
     OptionGroup::kAccount},
};
constinit const Option& kServerOption = option_of(kOptions, "toy_server");

// NAME.db.toy.test
bool is_name_of_ours(std::string_view host) {
  constexpr std::string_view kSuffix = ".db.toy.test";
  return host.size() > kSuffix.size() && host.ends_with(kSuffix);
}

// Asks the token server. Everybody who names the same one shares what it gives.
class Server : public Provider {
 public:
  Server(const World& world, Url url) : world_(world), url_(std::move(url)) {}

  Result<KeptSecretPtr> load(const Call& call, Trace& trace, Fetch&) override {
    const Milliseconds start = world_.clock.uptime();
    auto token = ask(call);
    SourceTried tried{kProviderName, SourceTried::Outcome::kWon, "", world_.clock.uptime() - start};
    if (!token) {
      tried.outcome = SourceTried::Outcome::kFailed;
      tried.detail = token.error().message;
    }
    trace.push_back(std::move(tried));
    return token;
  }

 private:
  Result<KeptSecretPtr> ask(const Call& call) const {
    if (call.offline)
      return make_error(Status::kNetwork, "would ask the token server at " + url_.authority());
    HttpRequest request;
    request.url = url_.text();
    auto response = world_.http.send(request, call);
    if (!response) return response.error();
    const WipeAtExit wipe_body(response->body);
    const std::string_view text = trim(response->body);
    if (response->status == 200 && is_token(text)) return KeptSecretPtr(std::make_shared<Token>(text));
    Error error = make_error(Status::kBadResponse, "the token server at " + url_.authority() +
                                                       " gave no token (HTTP " +
                                                       std::to_string(response->status) + ")");
    error.provider = kProviderName;
    error.retryable = true;
    return error;
  }

  const World& world_;
  const Url url_;
};

// The token is the password, of whoever connects and wherever to.
class Copier : public PasswordMaker {
 public:
  using PasswordMaker::PasswordMaker;
  std::optional<Password> make(Time now) const override {
    const auto& token = static_cast<const Token&>(*made_of());
    return Password{Secret(token.text().reveal()), now, *token.expires_at};
  }
};

class Toy : public Cloud {
 public:
  explicit Toy(const World& world) : world_(world) {}

  std::optional<Target> recognise(std::string_view host, std::uint16_t port) const override {
    if (!is_name_of_ours(host)) return std::nullopt;
    auto target = declare("toy", host, port);
    target->reason = std::string(host) + " is the name of a toy's database";
    return target;
  }

  std::optional<Target> declare(std::string_view kind, std::string_view host,
                                std::uint16_t port) const override {
    if (kind != "toy") return std::nullopt;
    Target target;
    target.kind = kind;
    target.name = "toy.db";
    target.host = host;
    target.port = port;
    return target;
  }

  Result<void> complete(Target&, const Settings&, const Call&,
                        std::vector<Error>&) const override {
    return {};
  }

  std::optional<Permission> permission(const Target&, std::string_view) const override {
    return std::nullopt;
  }

  Result<SecretSource> source(const Settings& settings, const Target*,
                              const Call&) const override {
    const std::string_view server = settings.get(kServerOption);
    const auto url = parse_url(server);
    if (!url)
      return make_error(Status::kBadConfig, "there is no token server to ask",
                        "name it: PGIAM_TOY_SERVER=http://127.0.0.1:PORT/token");
    return SecretSource{"toy\n" + std::string(server), std::make_shared<Server>(world_, *url)};
  }

  Result<void> login(const Settings&, const Call&) const override { return {}; }
  std::string login_command(const Settings&) const override { return "pgiam login"; }

  Result<PasswordMakerPtr> password_maker(const Target&, std::string_view,
                                          const KeptSecretPtr& secret, Time) const override {
    return std::make_shared<const Copier>(secret);
  }

  bool is_password_of_ours(std::string_view text) const override { return is_token(text); }
  std::optional<Time> end_of(std::string_view text) const override { return end_of_token(text); }

  std::vector<Error> explain_refusal(const RefusedLogin& login) const override {
    const std::string database(login.host);
    return {make_finding("toy_not_invited", "the toys have not invited " + database,
                         {"toyctl invite " + database}),
            clock_is_wrong(login, "")};
  }

  std::vector<Error> warnings() const override { return {}; }
  std::span<const std::string_view> fact_keys() const override { return {}; }
  std::string_view owner_key() const override { return "token_number"; }

 private:
  const World& world_;
};

std::unique_ptr<Cloud> make_toy(const World& world) { return std::make_unique<Toy>(world); }
std::vector<std::string_view> targets() { return {"toy"}; }
std::vector<std::string> features() { return {"target:toy.db", "provider:toy.server"}; }

}  // namespace

constinit const CloudRegistration kRegistration = {make_toy, kOptions, targets, features};

}  // namespace pgiam::toy
