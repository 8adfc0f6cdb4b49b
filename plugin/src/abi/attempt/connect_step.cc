// What the client is to connect with: the keywords, and each host with what it is dialled by.
#include "abi/attempt/attempt.h"
#include "base/text.h"

using namespace pgiam;

// Lists as libpq pairs them. What is dialled may itself be one: a name at several addresses.
void pgiam_attempt::set_hosts(std::size_t only) {
  std::string names, addresses, ports, separator;
  for (std::size_t i = 0; i < machine_.hosts().size(); ++i) {
    if (only != ConnectionAttempt::kAllHosts && i != only) continue;
    const auto& host = machine_.hosts()[i];
    names.append(separator).append(host.dial_host);
    addresses.append(separator).append(host.dial_hostaddr);
    for (std::size_t n = split(host.dial_host, ',').size(); n > 0; --n) {
      ports.append(separator).append(std::to_string(host.entry.port));
      separator = ",";
    }
  }
  const auto set = [&](const char* key, std::string& list) {
    if (list.find_first_not_of(',') != list.npos) params_.push_back({key, std::move(list)});
  };
  set("host", names);
  set("hostaddr", addresses);
  set("port", ports);
}

pgiam_step pgiam_attempt::connect_step(std::size_t host) {
  const auto& hosts = machine_.hosts();
  const bool is_all = host == ConnectionAttempt::kAllHosts;
  params_.clear();
  if (machine_.is_any_elsewhere() || (!is_all && hosts.size() > 1)) set_hosts(host);
  // One password for all of them, or none.
  const char* password = nullptr;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (!is_all && i != host) continue;
    const char* of_host = password_of(i);
    const bool is_same = password && of_host && std::string_view(password) == of_host;
    password = !is_all || i == 0 || is_same ? of_host : nullptr;
    if (!password) break;
  }
  if (password) params_.push_back({"password", "", password});
  for (const KeywordSetting& setting : machine_.settings())
    params_.push_back({setting.key, setting.value});

  pgiam_step step = PGIAM_STEP_INIT;
  step.kind = PGIAM_STEP_CONNECT;
  step.host = is_all ? 0 : static_cast<std::uint32_t>(host + 1);
  step.descriptor = -1;
  return step;
}

// A client may hold on to a connection that got no password, and reset it until there is one: what
// a token will ask of it has to be in force by then.
void pgiam_attempt::prepare_for_resets() {
  params_.clear();
  std::vector<KeywordSettings> of_hosts;
  for (std::size_t i = 0; i < machine_.hosts().size(); ++i) {
    if (machine_.hosts()[i].state == State::kNotOurs) continue;
    auto settings = context_.wired.flow().settings_of_token(request_for(i));
    if (!settings) return;
    of_hosts.push_back(std::move(*settings));
  }
  std::vector<const KeywordSettings*> all;
  for (const KeywordSettings& settings : of_hosts) all.push_back(&settings);
  machine_.put_in_force(merge(all));
  for (const KeywordSetting& setting : machine_.settings())
    params_.push_back({setting.key, setting.value});
}

bool pgiam_attempt::fill(std::size_t index, pgiam_param& param) const {
  if (index >= params_.size()) return false;
  const Param& found = params_[index];
  param.flags = found.secret ? PGIAM_PARAM_SECRET : 0;
  param.key = found.key.c_str();
  param.value = found.secret ? found.secret : found.value.c_str();
  return true;
}

bool pgiam_attempt::fill(std::size_t index, pgiam_host& host) const {
  if (index >= machine_.hosts().size()) return false;
  const auto& found = machine_.hosts()[index];
  host.host = found.entry.host.c_str();
  host.hostaddr = found.entry.hostaddr.c_str();
  host.dial_host = found.dial_host.c_str();
  host.dial_hostaddr = found.dial_hostaddr.c_str();
  host.port = found.entry.port;
  host.password = password_of(index);
  host.reply = host.password ? reply_of(index) : nullptr;
  host.flags = found.state == State::kNotOurs ? PGIAM_HOST_NOT_OURS : 0;
  return true;
}
