#include "intents.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "configuration.h"
#include "file_stamp.h"
#include "glance.h"

namespace pgiam::libpq {
namespace {

constexpr const char* kBlanks = " \t\n\r\f\v";

// Others are libpq's to refuse.
bool is_port(const std::string& text) {
  char* end = nullptr;
  const long port = strtol(text.c_str(), &end, 10);
  end += strspn(end, kBlanks);
  return *end == '\0' && port >= 1 && port <= 65535;
}

bool wants_token(const Intent& intent) {
  return std::any_of(intent.endpoints.begin(), intent.endpoints.end(),
                     [](const Endpoint& endpoint) { return libpq::wants_token(endpoint); });
}

bool has_password(const Intent& intent) {
  return std::any_of(intent.endpoints.begin(), intent.endpoints.end(),
                     [](const Endpoint& endpoint) { return !endpoint.password.empty(); });
}

// All that libpq looks at, beside files, in one text.
host::SecretText question_of(const RealLibpq& libpq, const Parameters& given) {
  host::SecretText question;
  question.reserve(512);
  const auto append = [&](const char* text) { question.append({text, strlen(text) + 1}); };
  for (std::size_t i = 0; given.keywords()[i]; ++i) {
    if (!given.values()[i]) continue;
    append(given.keywords()[i]);
    append(given.values()[i]);
  }
  const struct {
    const RealLibpq* libpq;
    std::size_t expand_dbname, user;
  } rest = {&libpq, given.expand_dbname() != 0, geteuid()};
  question.append({reinterpret_cast<const char*>(&rest), sizeof rest});
  for (char** variable = environ; variable && *variable; ++variable)
    if (strncmp(*variable, "PG", 2) == 0 || strncmp(*variable, "HOME=", 5) == 0) append(*variable);
  return question;
}

std::int64_t seconds_since_boot() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec;
}

struct Answer {
  Answer(host::SecretText question, const std::string& password_file, const FileStamp& stamp,
         std::shared_ptr<const Intent> intent)
      : question(std::move(question)),
        password_file(password_file),
        stamp(stamp),
        intent(std::move(intent)) {}

  host::SecretText question;
  std::string password_file;
  FileStamp stamp;
  std::shared_ptr<const Intent> intent;  // nullptr: nothing for us, unless force = yes
  mutable std::atomic<std::int64_t> looked_at = seconds_since_boot();

  bool stands() const { return file_is_as_it_was() && (intent || !force_may_apply()); }
  // Looks once a second at most, as the plugin does at its files.
  bool file_is_as_it_was() const {
    const std::int64_t now = seconds_since_boot();
    if (looked_at.load(std::memory_order_relaxed) == now) return true;
    if (FileStamp(password_file.c_str()) != stamp) return false;
    looked_at.store(now, std::memory_order_relaxed);
    return true;
  }
};

// The latest few. Taken by one thread at a time while another does without: nobody waits, since the
// child of a fork may inherit it taken.
class Answers {
 public:
  std::shared_ptr<const Answer> find(std::string_view question) {
    const Turn turn(is_taken_);
    if (!turn.is_ours) return nullptr;
    for (const auto& answer : all_)
      if (answer && answer->question.view() == question) return answer;
    return nullptr;
  }

  void keep(std::shared_ptr<const Answer> answer) {
    const Turn turn(is_taken_);
    if (!turn.is_ours) return;
    all_[next_].swap(answer);  // what stood there goes after the turn
    next_ = (next_ + 1) % all_.size();
    has_any_.store(true, std::memory_order_relaxed);
  }

  bool has_any() const { return has_any_.load(std::memory_order_relaxed); }

 private:
  struct Turn {
    explicit Turn(std::atomic_flag& is_taken)
        : is_taken(is_taken), is_ours(!is_taken.test_and_set(std::memory_order_acquire)) {}
    ~Turn() {
      if (is_ours) is_taken.clear(std::memory_order_release);
    }
    std::atomic_flag& is_taken;
    const bool is_ours;
  };

  std::atomic<bool> has_any_ = false;
  std::atomic_flag is_taken_;
  std::array<std::shared_ptr<const Answer>, 32> all_;
  std::size_t next_ = 0;
};

// Made by whoever comes first, without a lock that the child of a fork could inherit locked; kept to
// the very end of the process, as other threads may still connect then.
Answers& answers() {
  static std::atomic<Answers*> kept = nullptr;
  if (Answers* all = kept.load(std::memory_order_acquire)) return *all;
  auto mine = std::make_unique<Answers>();
  Answers* first = nullptr;
  return kept.compare_exchange_strong(first, mine.get()) ? *mine.release() : *first;
}

bool may_be_kept(const Intent& intent, const FileStamp& stamp) {
  return !intent.rests_on_service_file && !intent.password_file_is_unsafe &&
         !intent.options.hold_secrets() && !stamp.is_fresh();
}

}  // namespace

bool wants_token(const Endpoint& endpoint) {
  if (endpoint.local || !is_port(endpoint.port)) return false;
  // An old token is no password that a person chose: a program replays it.
  return endpoint.password.empty() || looks_like_token(endpoint.password.view()) ||
         force_may_apply();
}

std::shared_ptr<const Intent> find_intent(const RealLibpq& libpq, const Parameters& given) {
  host::SecretText question;
  if (answers().has_any()) {
    question = question_of(libpq, given);
    const std::shared_ptr<const Answer> known = answers().find(question.view());
    if (known && known->stands()) return known->intent;
  }
  if (is_plainly_not_ours(given)) return nullptr;

  if (question.empty()) question = question_of(libpq, given);
  std::shared_ptr<const Intent> intent = probe(libpq, given);
  if (!intent) return nullptr;
  const bool is_for_us = wants_token(*intent);
  const char* passfile = intent->options.find("passfile");
  const std::string file = passfile ? passfile : "";
  const FileStamp stamp(file.c_str());
  if (may_be_kept(*intent, stamp) && !(is_for_us && has_password(*intent))) {
    answers().keep(std::make_shared<const Answer>(std::move(question), file, stamp,
                                                  is_for_us ? intent : nullptr));
  }
  return is_for_us ? intent : nullptr;
}

}  // namespace pgiam::libpq
