#include "clouds/refusal.h"

#include "clouds/cloud.h"

namespace pgiam {
namespace {

std::string place(std::string_view host, std::uint16_t port) {
  return std::string(host) + ":" + std::to_string(port);
}

}  // namespace

std::string utc_for_people(Time time) {
  std::string text = rfc3339(time);  // …T…Z
  text[10] = ' ';
  return text.replace(text.size() - 1, 1, " UTC");
}

Error secret_has_expired(const RefusedLogin& login) {
  const std::string end = utc_for_people(*login.secret_expires_at);
  return make_finding("credentials_expired", "the credentials expired at " + end,
                      {"renew the credentials"}, "they say so themselves");
}

Error dialled_elsewhere(const RefusedLogin& login) {
  return make_finding(
      "wrong_endpoint",
      "the server at " + place(login.host, login.port) + " is not " +
          place(login.target.host, login.target.port) + ": see signing_host and signing_port",
      {"set signing_host and signing_port to the endpoint's own name and port"},
      "the password is for another name or port than was dialled");
}

Error clock_is_wrong(const RefusedLogin& login, std::string evidence) {
  return make_finding("wrong_clock",
                      "this machine's clock is wrong; it shows " + utc_for_people(login.now),
                      {"set the clock"}, std::move(evidence));
}

}  // namespace pgiam
