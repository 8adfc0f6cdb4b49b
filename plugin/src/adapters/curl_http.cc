#include "adapters/curl_http.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <new>
#include <vector>

#include "adapters/http_module.h"
#include "adapters/module_file.h"
#include "base/address.h"
#include "base/load_lock.h"
#include "base/printable.h"
#include "base/secret.h"
#include "base/state_lock.h"
#include "base/text.h"
#include "base/url.h"

namespace pgiam {
namespace {

constexpr const char* kModuleFile = "libpgiam-http.so";
// Usual answers fit, so that a secret in one is not left behind by a growing string.
constexpr std::size_t kUsualBody = 16 * 1024;
// What a byte of an answer may cost on the way: a chunk of its own, and TLS.
constexpr std::size_t kBytesPerByte = 8;

// ---- The module ------------------------------------------------------------------------------

Error no_module(const std::string& reason) {
  return make_error(
      Status::kUnsupported, "the HTTP module of pgiam cannot be loaded: " + reason,
      "install libcurl 4 (its package is libcurl4, libcurl or libcurl.so.4), and libpgiam-http.so in the folder pgiam/ "
      "beside libpgiam.so");
}

Result<const pgiam_http_module*> load_module(const std::string& given, bool privileged) {
  static std::atomic<const pgiam_http_module*> loaded{nullptr};
  if (const auto* module = loaded.load(std::memory_order_acquire)) return module;

  // libcurl would write there what decrypts its connections.
  if (privileged && getenv("SSLKEYLOGFILE") != nullptr)
    return no_module("this program has rights that its caller lacks, and SSLKEYLOGFILE is set");

  const LoadLock lock;
  std::string reason = "its place is unknown";
  for (const std::string& path : given.empty() ? module_candidates(kModuleFile) : std::vector{given}) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
      reason = dlerror();
      continue;
    }
    const auto get =
        reinterpret_cast<pgiam_http_module_get_fn>(dlsym(library, PGIAM_HTTP_MODULE_SYMBOL));
    char why[512] = "it is of another version of pgiam";
    const pgiam_http_module* module = get != nullptr ? get(why, sizeof why) : nullptr;
    if (module == nullptr) return no_module(why);
    if (module->exchange_size != sizeof(pgiam_http_exchange))
      return no_module(path + " belongs to another version of pgiam");
    loaded.store(module, std::memory_order_release);
    return module;
  }
  return no_module(reason);
}

// ---- One exchange ----------------------------------------------------------------------------

// "Name: value" lines, wiped: they carry tokens.
class HeaderLines {
 public:
  HeaderLines(const HttpRequest& request, const std::string& user_agent) {
    bool has_agent = false, has_type = false;
    for (const HttpHeader& header : request.headers) {
      has_agent = has_agent || equals_ignore_case(header.name, "User-Agent");
      has_type = has_type || equals_ignore_case(header.name, "Content-Type");
      lines_.emplace_back(header.name + ": " + header.value);
    }
    if (!has_agent) lines_.emplace_back("User-Agent: " + user_agent);
    if (!has_type) lines_.emplace_back("Content-Type:");  // or libcurl takes a body for a form
    lines_.emplace_back("Expect:");
    for (const std::string& line : lines_) pointers_.push_back(line.c_str());
    pointers_.push_back(nullptr);
  }
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;
  ~HeaderLines() {
    for (std::string& line : lines_) wipe(line);
  }
  const char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> lines_;
  std::vector<const char*> pointers_;
};

// The request in C's words, and the callbacks that gather the answer.
class Exchange {
 public:
  Exchange(const HttpRequest& request, const Call& call, const std::string& user_agent)
      : request_(request), call_(call), lines_(request, user_agent) {
    response.body.reserve(std::min(kUsualBody, request.answer_limit));
    c.method = request.method.c_str();
    c.url = request.url.c_str();
    c.headers = lines_.get();
    c.body = request.body.data();
    c.body_size = request.body.size();
    c.max_bytes = kBytesPerByte * request.answer_limit;
    c.user_data = this;
    c.cancelled = [](void* self) -> std::int32_t { return of(self).call_.stop.stop_requested(); };
    c.on_header = [](void* self, const char* line, std::size_t size) {
      return of(self).guarded([&](Exchange& e) { return e.take_header({line, size}); });
    };
    c.on_body = [](void* self, const char* bytes, std::size_t size) {
      return of(self).guarded([&](Exchange& e) { return e.take_body({bytes, size}); });
    };
    if (request.address_allowed != nullptr)
      c.address_allowed = [](void* self, const char* address) -> std::int32_t {
        return of(self).guarded([&](Exchange& e) { return e.request_.address_allowed(address); }) ==
               0;
      };
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  pgiam_http_exchange c{};
  HttpResponse response;
  bool too_long = false;
  bool out_of_memory = false;

 private:
  static Exchange& of(void* self) { return *static_cast<Exchange*>(self); }

  // The C side knows no exceptions.
  template <typename Take>
  std::int32_t guarded(const Take& take) noexcept {
    try {
      return take(*this) ? 0 : 1;
    } catch (...) {
      out_of_memory = true;
      return 1;
    }
  }

  bool take_header(std::string_view line) {
    if (!count(line)) return false;
    if (line.starts_with("HTTP/")) response.headers.clear();  // an interim answer came before
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    response.headers.push_back(
        {std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
    return true;
  }

  bool take_body(std::string_view bytes) {
    if (!count(bytes)) return false;
    append_wiping(response.body, bytes);
    return true;
  }

  // Header, body and what follows it, by one limit.
  bool count(std::string_view bytes) {
    too_long = bytes.size() > request_.answer_limit - length_;
    if (!too_long) length_ += bytes.size();
    return !too_long;
  }

  const HttpRequest& request_;
  const Call& call_;
  const HeaderLines lines_;
  std::size_t length_ = 0;  // of the answer so far
};

// ---- What went wrong, in words ---------------------------------------------------------------

// By the code a cloud can say better what its user is to do.
Error network_error(Status status, std::string message, std::string hint, bool retryable,
                    const char* code = "") {
  Error error = make_error(status, std::move(message), std::move(hint));
  error.code = code;
  error.retryable = retryable;
  return error;
}

// The module names it in place of libcurl's words.
Error describe_proxy(const pgiam_http_exchange& exchange, const std::string& where) {
  const std::string proxy = std::string("the proxy ") + exchange.detail;
  if (exchange.status == 0)
    return network_error(Status::kNetwork, proxy + " for " + where + " cannot be reached",
                         "check the variables https_proxy, http_proxy and no_proxy", true);
  return network_error(
      Status::kNetwork,
      proxy + " refuses " + where + ": HTTP status " + std::to_string(exchange.status),
      exchange.status == 407 ? "it wants a login: http://USER:PASSWORD@HOST:PORT in that variable"
                             : "see that it lets " + where + " pass, or name that in no_proxy",
      false);
}

Error describe(const pgiam_http_exchange& exchange, const Url& url, const HttpRequest& request) {
  const std::string where = url.authority();
  // libcurl quotes a server's certificate.
  const std::string because =
      exchange.detail[0] != '\0' ? ": " + without_controls(exchange.detail, '?') : "";
  switch (exchange.outcome) {
    case PGIAM_HTTP_NO_MEMORY:
      throw std::bad_alloc();
    case PGIAM_HTTP_CANCELLED:
      return cancelled();
    case PGIAM_HTTP_RESOLVE:
      return network_error(Status::kNetwork, "the host name " + url.host + " has no address",
                           "check the network connection and the name server", true,
                           "unknown_host");
    case PGIAM_HTTP_PROXY:
      return describe_proxy(exchange, where);
    case PGIAM_HTTP_CONNECT:
    case PGIAM_HTTP_CONNECT_TIMEOUT:
      return network_error(Status::kNetwork, "cannot connect to " + where + because,
                           "check the network connection, and https_proxy where a proxy is needed",
                           true);
    case PGIAM_HTTP_ADDRESS:
      return network_error(Status::kBadConfig,
                           url.host +
                               " has an address to which credentials may not be sent in "
                               "the clear",
                           "use https", false);
    case PGIAM_HTTP_UNTRUSTED:
      return network_error(
          Status::kNetwork, "the TLS certificate of " + where + " is not trusted" + because,
          request.ca_bundle.empty()
              ? "a proxy that inspects TLS has a CA certificate of its own, which must be known"
              : "check that " + request.ca_bundle + " holds the CA certificate of that server",
          false, request.ca_bundle.empty() ? "untrusted_certificate" : "");
    case PGIAM_HTTP_TLS:
      return network_error(Status::kNetwork, "TLS with " + where + " failed" + because,
                           "check whether that is the right address, and any proxy between", true);
    case PGIAM_HTTP_TIMEOUT:
      return network_error(Status::kTimeout, where + " did not answer in time" + because, "", true);
    case PGIAM_HTTP_BROKEN:
      return network_error(Status::kNetwork, "the connection to " + where + " broke" + because, "",
                           true);
    case PGIAM_HTTP_TOO_LONG:
      return network_error(Status::kBadResponse,
                           "the answer of " + where + " has a line without end, or no end itself",
                           "check that this is the right address", false);
    case PGIAM_HTTP_MALFORMED:
      return network_error(Status::kBadResponse, where + " does not speak HTTP" + because,
                           "check the address and the port", true);
    default:
      return make_error(Status::kInternal, "libcurl failed with " + where + because);
  }
}

Error no_time_left(const Url& url) {
  return network_error(Status::kTimeout, "no time is left to ask " + url.authority(),
                       "raise the option timeout_ms", true);
}

Error bad_bundle(const std::string& path) {
  if (path.empty())
    return network_error(Status::kBadConfig, "no CA certificates were found on this machine",
                         "install the package ca-certificates", false, "no_ca_certificates");
  return network_error(Status::kBadConfig, "no CA certificates can be read from " + path,
                       "a PEM file is needed", false, "unreadable_ca_bundle");
}

bool is_local(const std::string& host) {
  return host == "localhost" || is_loopback(host) || is_link_local(host);
}

}  // namespace

// ---- What is kept between requests -----------------------------------------------------------

class CurlHttp::Pool {
 public:
  using Handle = std::unique_ptr<pgiam_http_handle, void (*)(pgiam_http_handle*)>;
  using Trust = std::shared_ptr<pgiam_http_trust>;

  static std::shared_ptr<Pool> shared() {
    const StateLock lock;
    static auto* const living = new std::weak_ptr<Pool>;  // never destroyed: threads outlive main
    auto pool = living->lock();
    if (!pool) *living = pool = std::make_shared<Pool>();
    return pool;
  }

  // One that already has a connection for `purpose`, else a new one.
  Handle take(const pgiam_http_module& module, const std::string& purpose) {
    {
      const StateLock lock;
      start_anew_after_fork();
      for (auto idle = idle_.rbegin(); idle != idle_.rend(); ++idle) {
        if (idle->purpose != purpose) continue;
        Handle handle = std::move(idle->handle);
        idle_.erase(std::next(idle).base());
        return handle;
      }
    }
    Handle handle(module.handle_new(), module.handle_free);
    if (!handle) throw std::bad_alloc();
    return handle;
  }

  void give_back(Handle handle, const std::string& purpose, std::uint64_t taken_at_fork) {
    Idle evicted{"", Handle(nullptr, nullptr)};  // closed after the lock is released
    const StateLock lock;
    if (taken_at_fork != fork_count()) return static_cast<void>(handle.release());
    if (idle_.size() >= kMostIdle) {
      evicted = std::move(idle_.front());
      idle_.erase(idle_.begin());
    }
    idle_.push_back({purpose, std::move(handle)});
  }

  // Read again when the file has changed.
  Result<Trust> trust(const pgiam_http_module& module, const std::string& path, const Files& files,
                      const Call& call) {
    const FileStamp stamp = path.empty() ? FileStamp{} : files.stamp(path);
    {
      const StateLock lock;
      start_anew_after_fork();
      for (const KnownTrust& known : trusts_)
        if (known.path == path && known.stamp == stamp) return known.trust;
    }
    auto trust = read_trust(module, path, files, call);
    if (!trust) return trust;
    std::vector<KnownTrust> evicted;
    const StateLock lock;
    std::erase_if(trusts_, [&](KnownTrust& known) {
      const bool stale = known.path == path;
      if (stale) evicted.push_back(known);
      return stale;
    });
    trusts_.push_back({path, stamp, *trust});
    return trust;
  }

 private:
  static constexpr std::size_t kMostIdle = 16;

  struct Idle {
    std::string purpose;
    Handle handle;
  };
  struct KnownTrust {
    std::string path;
    FileStamp stamp;
    Trust trust;
  };

  static Result<Trust> read_trust(const pgiam_http_module& module, const std::string& path,
                                  const Files& files, const Call& call) {
    std::string pem;
    if (!path.empty()) {
      auto text = files.read(path, call);
      if (!text) return is_interruption(text.error()) ? text.error() : bad_bundle(path);
      pem = std::move(*text);
    }
    std::int32_t outcome = PGIAM_HTTP_OK;
    const char* file = path.empty() ? nullptr : path.c_str();
    Trust trust(module.trust_new(file, pem.data(), pem.size(), &outcome), module.trust_free);
    if (trust) return trust;
    if (outcome == PGIAM_HTTP_NO_MEMORY) throw std::bad_alloc();
    return bad_bundle(path);
  }

  // Closing a TLS connection writes to it, and these are still in use by the parent: they are
  // forgotten, never closed. Under the lock.
  void start_anew_after_fork() {
    if (forks_ == fork_count()) return;
    forks_ = fork_count();
    keep_for_ever(std::make_shared<std::vector<Idle>>(std::exchange(idle_, {})));
    keep_for_ever(std::make_shared<std::vector<KnownTrust>>(std::exchange(trusts_, {})));
  }

  std::uint64_t forks_ = fork_count();
  std::vector<Idle> idle_;  // newest last
  std::vector<KnownTrust> trusts_;
};

CurlHttp::CurlHttp(const Clock& clock, const Files& files, std::string user_agent,
                   std::string module, bool privileged)
    : clock_(clock),
      files_(files),
      user_agent_(std::move(user_agent)),
      module_(std::move(module)),
      privileged_(privileged),
      pool_(Pool::shared()) {}

CurlHttp::~CurlHttp() = default;

Result<HttpResponse> CurlHttp::send(const HttpRequest& request, const Call& call) {
  const auto url = parse_url(request.url);
  if (!url) return make_error(Status::kBadConfig, "an endpoint's URL is malformed");
  if (call.stop.stop_requested()) return cancelled();
  if (clock_.uptime() >= call.deadline) return no_time_left(*url);

  const auto module = load_module(module_, privileged_);
  if (!module) return module.error();
  Pool::Trust trust;
  if (url->https()) {
    auto read = pool_->trust(**module, request.ca_bundle, files_, call);
    if (!read) return read.error();
    trust = std::move(*read);
  }
  const Milliseconds left = std::min(request.timeout, call.deadline - clock_.uptime());
  if (left <= Milliseconds{0}) return no_time_left(*url);

  Exchange exchange(request, call, user_agent_);
  exchange.c.connect_timeout_ms =
      static_cast<long>(std::min(request.connect_timeout, left).count());
  exchange.c.timeout_ms = static_cast<long>(left.count());
  exchange.c.use_proxy = request.use_proxy && !privileged_ && !is_local(url->host);
  exchange.c.trust = trust.get();

  // A connection that was made without the check must not serve a request that wants it.
  const std::string purpose = url->origin() + (request.address_allowed ? " checked" : "") +
                              (exchange.c.use_proxy ? "" : " direct") + request.ca_bundle;
  const std::uint64_t forks = fork_count();
  Pool::Handle handle = pool_->take(**module, purpose);
  {
    const std::stop_callback wake(call.stop, [&] { (*module)->handle_wake(handle.get()); });
    (*module)->handle_send(handle.get(), &exchange.c);
  }
  pool_->give_back(std::move(handle), purpose, forks);

  if (exchange.out_of_memory) throw std::bad_alloc();
  if (exchange.too_long)
    return make_error(Status::kBadResponse, "the answer of " + url->authority() +
                                                " is longer than " +
                                                std::to_string(request.answer_limit) + " bytes");
  if (exchange.c.outcome != PGIAM_HTTP_OK) return describe(exchange.c, *url, request);
  exchange.response.status = exchange.c.status;
  exchange.response.verified = url->https();
  return std::move(exchange.response);
}

}  // namespace pgiam
