// What a token costs, as ratios to the floor F that no signer can beat: the hashes that SigV4
// demands, with everything cached that may be. Medians of interleaved rounds in one run, since
// absolute times drift. Usage: token_bench [rounds]
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/sha256.h"
#include "clouds/aws/uri_encode.h"
#include "pgiam.h"

namespace {

constexpr char kHost[] = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
constexpr int kCallsPerRound = 2000;

std::string session_token(std::size_t size) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += kAlphabet[(i * 37) % 64];
  return text;
}

void fail(const char* what) {
  std::fprintf(stderr, "token_bench: %s\n", what);
  exit(1);
}

// The hashes by EVP: the algorithms fetched once, the contexts used again, the day's key in place.
class EvpHashes {
 public:
  EvpHashes() {
    const std::string key = "0123456789abcdef0123456789abcdef";
    char name[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", name, 0),
                                 OSSL_PARAM_construct_end()};
    if (EVP_MAC_init(mac_.get(), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                     params) != 1)
      fail("no HMAC");
  }
  pgiam::Sha256Digest sha256(const std::string& text) {
    pgiam::Sha256Digest digest;
    if (EVP_DigestInit_ex(context_.get(), algorithm_.get(), nullptr) != 1 ||
        EVP_DigestUpdate(context_.get(), text.data(), text.size()) != 1 ||
        EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1)
      fail("no SHA-256");
    return digest;
  }
  pgiam::Sha256Digest hmac(const std::string& text) {
    pgiam::Sha256Digest digest;
    std::size_t size = 0;
    if (EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) != 1 ||
        EVP_MAC_update(mac_.get(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size()) != 1 ||
        EVP_MAC_final(mac_.get(), digest.data(), &size, digest.size()) != 1)
      fail("no HMAC");
    return digest;
  }

 private:
  template <auto free>
  struct Free {
    template <typename Handle>
    void operator()(Handle* handle) const {
      free(handle);
    }
  };
  std::unique_ptr<EVP_MD, Free<EVP_MD_free>> algorithm_{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>> context_{EVP_MD_CTX_new()};
  std::unique_ptr<EVP_MAC, Free<EVP_MAC_free>> hmac_{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
  std::unique_ptr<EVP_MAC_CTX, Free<EVP_MAC_CTX_free>> mac_{EVP_MAC_CTX_new(hmac_.get())};
};

// The same by libcrypto's plain functions, as the library has them.
class PlainHashes {
 public:
  pgiam::Sha256Digest sha256(const std::string& text) { return pgiam::sha256(text); }
  pgiam::Sha256Digest hmac(const std::string& text) {
    return key_.sign(std::array{std::string_view(text)});
  }

 private:
  const pgiam::HmacKey key_{"0123456789abcdef0123456789abcdef"};
};

// F: the canonical request and the URL assembled in two buffers from parts that never change, and
// the SHA-256 runs that the signature takes.
template <typename Hashes>
class Floor {
 public:
  explicit Floor(const std::string& session) {
    const std::string common =
        "Action=connect&DBUser=app_user&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
        "AKIAIOSFODNN7EXAMPLE%2F20260101%2Feu-west-1%2Frds-db%2Faws4_request&X-Amz-Date=";
    const std::string token =
        session.empty() ? "" : "&X-Amz-Security-Token=" + pgiam::aws::uri_encode(session);
    const std::string authority = std::string(kHost) + ":5432";
    before_date_ = "GET\n/\n" + common;
    after_date_ = "&X-Amz-Expires=900" + token + "&X-Amz-SignedHeaders=host\nhost:" + authority +
                  "\n\nhost\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    url_ = authority + "/?" + common;
    url_end_ = "&X-Amz-Expires=900&X-Amz-SignedHeaders=host" + token + "&X-Amz-Signature=";
  }
  void operator()() {
    canonical_.assign(before_date_).append(kDate).append(after_date_);
    to_sign_.assign("AWS4-HMAC-SHA256\n").append(kDate);
    to_sign_.append("\n20260101/eu-west-1/rds-db/aws4_request\n");
    append_hex(to_sign_, hashes_.sha256(canonical_));
    token_.assign(url_).append(kDate).append(url_end_);
    append_hex(token_, hashes_.hmac(to_sign_));
    if (token_.size() < 300) fail("the floor made no token");
  }

 private:
  static void append_hex(std::string& text, const pgiam::Sha256Digest& digest) {
    const auto digits = pgiam::hex_digits(digest);
    text.append(digits.data(), digits.size());
  }
  static constexpr std::string_view kDate = "20260101T000000Z";
  std::string before_date_, after_date_, url_, url_end_, canonical_, to_sign_, token_;
  Hashes hashes_;
};

// The whole way through the C ABI.
class Through {
 public:
  explicit Through(const char* reuse_seconds) {
    const pgiam_option options[] = {{"reuse_seconds", reuse_seconds}};
    pgiam_config config = PGIAM_CONFIG_INIT;
    config.options = options;
    config.option_count = 1;
    if (pgiam_context_new(&config, &context_, nullptr) != PGIAM_OK) fail("no context");
  }
  Through(const Through&) = delete;
  Through& operator=(const Through&) = delete;
  ~Through() { pgiam_context_free(context_); }
  void ask(const char* host, pgiam_status wanted) const {
    pgiam_request request = PGIAM_REQUEST_INIT;
    request.host = host;
    request.user = "app_user";
    request.port = 5432;
    pgiam_reply* reply = nullptr;
    if (pgiam_before_connect(context_, &request, &reply, nullptr) != wanted) fail("wrong status");
    pgiam_reply_free(reply);
  }

 private:
  pgiam_context* context_ = nullptr;
};

// Of the processor's time, which other programs on the machine do not count to.
double nanoseconds_of_one(const std::function<void()>& call) {
  const auto spent = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
  };
  const double start = spent();
  for (int n = 0; n < kCallsPerRound; ++n) call();
  return (spent() - start) / kCallsPerRound;
}

// From the first thread's start to the last one's end: the main thread may come late to both.
double nanoseconds_per_call(const std::function<void()>& call, int threads) {
  if (threads == 1) return nanoseconds_of_one(call);
  using Clock = std::chrono::steady_clock;
  const auto count = static_cast<std::size_t>(threads);
  std::vector<Clock::time_point> starts(count), ends(count);
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, static_cast<unsigned>(threads));
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < count; ++i)
    running.emplace_back([&, i] {
      pthread_barrier_wait(&barrier);
      starts[i] = Clock::now();
      for (int n = 0; n < kCallsPerRound; ++n) call();
      ends[i] = Clock::now();
    });
  for (std::thread& thread : running) thread.join();
  pthread_barrier_destroy(&barrier);
  const std::chrono::duration<double, std::nano> took =
      *std::max_element(ends.begin(), ends.end()) - *std::min_element(starts.begin(), starts.end());
  return took.count() / (kCallsPerRound * threads);
}

struct Subject {
  std::string name;
  int threads;
  std::function<void()> call;
  std::vector<double> rounds = {};
  double median() {
    std::sort(rounds.begin(), rounds.end());
    return rounds[rounds.size() / 2];
  }
};

void measure(std::size_t session_size, int rounds) {
  const std::string session = session_token(session_size);
  setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 1);
  if (session.empty())
    unsetenv("AWS_SESSION_TOKEN");
  else
    setenv("AWS_SESSION_TOKEN", session.c_str(), 1);

  Floor<EvpHashes> floor(session);
  Floor<PlainHashes> plain_floor(session);
  const Through fresh("0"), reused("60");
  std::vector<Subject> subjects = {
      {"F, the floor", 1, [&] { floor(); }},
      {"the same without EVP", 1, [&] { plain_floor(); }},
      {"fresh token", 1, [&] { fresh.ask(kHost, PGIAM_OK); }},
      {"fresh token, 2 threads", 2, [&] { fresh.ask(kHost, PGIAM_OK); }},
      {"reused token", 1, [&] { reused.ask(kHost, PGIAM_OK); }},
      {"reused token, 2 threads", 2, [&] { reused.ask(kHost, PGIAM_OK); }},
      {"reused token, 64 threads", 64, [&] { reused.ask(kHost, PGIAM_OK); }},
      {"not ours", 1, [&] { fresh.ask("db.example.com", PGIAM_NOT_APPLICABLE); }},
  };
  for (int round = 0; round < rounds; ++round)
    for (Subject& subject : subjects)
      subject.rounds.push_back(nanoseconds_per_call(subject.call, subject.threads));

  const double f = subjects[0].median();
  std::printf("session token of %zu characters\n", session_size);
  for (Subject& subject : subjects)
    std::printf("  %-26s %8.0f ns   %5.2f F\n", subject.name.c_str(), subject.median(),
                subject.median() / f);
}

// Every answer looks whether the environment has changed, which takes half a nanosecond for each variable: so
// there are as many as a service has, however many the shell had. None of them leads to anybody's files.
void take_a_services_environment() {
  clearenv();
  for (const char* name : {"HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"})
    setenv(name, "/nonexistent", 1);
  setenv("PGIAM_CONFIG", "/dev/null", 1);
  for (int n = 0; n < 30; ++n) setenv(("VARIABLE_" + std::to_string(n)).c_str(), "value", 1);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, atoi(argv[1])) : 31;
  take_a_services_environment();
  measure(0, rounds);
  measure(1000, rounds);
}
