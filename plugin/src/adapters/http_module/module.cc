// One HTTP exchange over libcurl. A handle is a multi handle of its own: that keeps the
// connections, and a sleeping one can be woken to be cancelled.
#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "adapters/http_module.h"
#include "adapters/http_module/trust.h"

struct pgiam_http_handle {
  CURLM* multi = curl_multi_init();
  CURL* easy = curl_easy_init();
  bool address_refused = false;
  const pgiam_http_exchange* exchange = nullptr;  // while one runs

  ~pgiam_http_handle() {
    curl_easy_cleanup(easy);
    curl_multi_cleanup(multi);
  }
};

namespace {

// A TLS library that writes to a connection which the peer has closed must not kill the host.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE) == 1) return;  // not ours to take away
    blocked_ = pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_) == 0;
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() {
    if (!blocked_) return;
    const timespec at_once{};
    while (sigtimedwait(&sigpipe_, nullptr, &at_once) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t sigpipe_, before_;
  bool blocked_ = false;
};

// libcurl's own lists copy each line to memory that is not wiped; these refer to the caller's.
class HeaderList {
 public:
  explicit HeaderList(const char* const* lines) {
    for (; *lines != nullptr; ++lines) nodes_.push_back({const_cast<char*>(*lines), nullptr});
    for (std::size_t i = 1; i < nodes_.size(); ++i) nodes_[i - 1].next = &nodes_[i];
  }
  curl_slist* get() { return nodes_.empty() ? nullptr : nodes_.data(); }

 private:
  std::vector<curl_slist> nodes_;
};

std::size_t take_header(char* line, std::size_t size, std::size_t count, void* data) {
  const auto& exchange = *static_cast<pgiam_http_exchange*>(data);
  return exchange.on_header(exchange.user_data, line, size * count) == 0 ? size * count : 0;
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* data) {
  const auto& exchange = *static_cast<pgiam_http_exchange*>(data);
  const bool wanted = exchange.on_body(exchange.user_data, bytes, size * count) == 0;
  return wanted || size * count == 0 ? size * count : CURL_WRITEFUNC_ERROR;
}

bool approved(const pgiam_http_exchange& exchange, const curl_sockaddr& address) {
  if (exchange.address_allowed == nullptr) return true;
  char text[INET6_ADDRSTRLEN] = "";
  const void* bytes = nullptr;
  if (address.family == AF_INET)
    bytes = &reinterpret_cast<const sockaddr_in*>(&address.addr)->sin_addr;
  if (address.family == AF_INET6)
    bytes = &reinterpret_cast<const sockaddr_in6*>(&address.addr)->sin6_addr;
  if (bytes == nullptr || inet_ntop(address.family, bytes, text, sizeof text) == nullptr)
    return false;
  return exchange.address_allowed(exchange.user_data, text) != 0;
}

// The socket is not inherited by programs that the host starts meanwhile.
curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  auto* handle = static_cast<pgiam_http_handle*>(data);
  if (handle->exchange != nullptr && !approved(*handle->exchange, *address)) {
    handle->address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void set_up(pgiam_http_handle* handle, pgiam_http_exchange* exchange, HeaderList& headers) {
  CURL* easy = handle->easy;
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, exchange->url);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  if (std::string_view(exchange->method) != "GET") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange->method);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(exchange->body_size));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body);
  }
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, exchange->connect_timeout_ms);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, exchange->timeout_ms);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold up the end.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  if (exchange->use_proxy == 0) curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  if (exchange->trust != nullptr) exchange->trust->use_in(easy);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, handle);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
  exchange->detail[0] = '\0';
  static_assert(sizeof exchange->detail >= CURL_ERROR_SIZE);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->detail);
}

// Nothing when it was cancelled.
bool run(pgiam_http_handle* handle, const pgiam_http_exchange& exchange, CURLcode* result) {
  constexpr int kWaitMs = 500;  // in case a wake is lost
  for (int running = 1;;) {
    if (exchange.cancelled(exchange.user_data) != 0) return false;
    if (curl_multi_perform(handle->multi, &running) != CURLM_OK) break;
    if (running == 0) break;
    if (curl_multi_poll(handle->multi, nullptr, 0, kWaitMs, nullptr) != CURLM_OK) break;
  }
  int left = 0;
  const CURLMsg* message = curl_multi_info_read(handle->multi, &left);
  *result = message != nullptr ? message->data.result : CURLE_FAILED_INIT;
  return true;
}

bool was_connected(CURL* easy) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
  return microseconds > 0;
}

int32_t outcome_of(CURLcode code, const pgiam_http_handle& handle) {
  switch (code) {
    case CURLE_OK:
      return PGIAM_HTTP_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
      return PGIAM_HTTP_RESOLVE;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return PGIAM_HTTP_PROXY;
    case CURLE_COULDNT_CONNECT:
      return handle.address_refused ? PGIAM_HTTP_ADDRESS : PGIAM_HTTP_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
      return was_connected(handle.easy) ? PGIAM_HTTP_TIMEOUT : PGIAM_HTTP_CONNECT_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
      return PGIAM_HTTP_UNTRUSTED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
      return PGIAM_HTTP_TLS;
    case CURLE_WRITE_ERROR:
      return PGIAM_HTTP_STOPPED;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return PGIAM_HTTP_BROKEN;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_CONTENT_ENCODING:
      return PGIAM_HTTP_MALFORMED;
    default:
      return PGIAM_HTTP_INTERNAL;
  }
}

void send(pgiam_http_handle* handle, pgiam_http_exchange* exchange) noexcept {
  const WithoutSigpipe without_sigpipe;
  HeaderList headers(exchange->headers);
  handle->address_refused = false;
  handle->exchange = exchange;
  set_up(handle, exchange, headers);
  CURLcode code = CURLE_FAILED_INIT;
  bool finished = true;
  if (curl_multi_add_handle(handle->multi, handle->easy) == CURLM_OK) {
    finished = run(handle, *exchange, &code);
    exchange->outcome = finished ? outcome_of(code, *handle) : PGIAM_HTTP_CANCELLED;
    long status = 0;
    curl_easy_getinfo(handle->easy, CURLINFO_RESPONSE_CODE, &status);
    exchange->status = static_cast<int32_t>(status);
    curl_multi_remove_handle(handle->multi, handle->easy);
  } else {
    exchange->outcome = PGIAM_HTTP_INTERNAL;
  }
  handle->exchange = nullptr;
  // Nothing of this exchange stays behind in the handle but the connection.
  curl_easy_reset(handle->easy);
  // libcurl quotes the proxy's URL, which may hold a password.
  if (exchange->outcome == PGIAM_HTTP_PROXY) exchange->detail[0] = '\0';
  if (exchange->outcome != PGIAM_HTTP_OK && exchange->outcome != PGIAM_HTTP_PROXY &&
      exchange->detail[0] == '\0')
    std::strncpy(exchange->detail, curl_easy_strerror(code), sizeof exchange->detail - 1);
}

constexpr pgiam_http_module kModule = {
    sizeof(pgiam_http_exchange),
    [](const char* pem_file) noexcept {
      return pgiam_http_trust::load(pem_file != nullptr ? pem_file : "");
    },
    [](pgiam_http_trust* trust) noexcept { delete trust; },
    []() noexcept -> pgiam_http_handle* {
      std::unique_ptr<pgiam_http_handle> handle(new (std::nothrow) pgiam_http_handle);
      return handle && handle->multi != nullptr && handle->easy != nullptr ? handle.release()
                                                                           : nullptr;
    },
    [](pgiam_http_handle* handle) noexcept { delete handle; },
    send,
    [](pgiam_http_handle* handle) noexcept { curl_multi_wakeup(handle->multi); },
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const pgiam_http_module* pgiam_http_module_get() {
  return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? &kModule : nullptr;
}
