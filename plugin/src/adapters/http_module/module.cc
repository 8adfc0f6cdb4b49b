// One HTTP exchange over libcurl. A handle is a multi handle of its own: that keeps the
// connections, and a sleeping one can be woken to be cancelled.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/http_module.h"
#include "adapters/http_module/libcurl.h"
#include "adapters/http_module/trust.h"

namespace {

// What has come over a handle's connections, by the system's count: libcurl passes over the extensions
// of chunks, however long, and tells nobody.
class Meter {
 public:
  void opened(curl_socket_t socket) {
    for (curl_socket_t& place : sockets_)
      if (place == CURL_SOCKET_BAD) return static_cast<void>(place = socket);
  }
  void closing(curl_socket_t socket) {
    for (curl_socket_t& place : sockets_) {
      if (place != socket) continue;
      of_closed_ += bytes_of(socket);
      place = CURL_SOCKET_BAD;
    }
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = of_closed_;
    for (const curl_socket_t socket : sockets_)
      if (socket != CURL_SOCKET_BAD) sum += bytes_of(socket);
    return sum;
  }

 private:
  // 0 where it is not known.
  static std::uint64_t bytes_of(curl_socket_t socket) {
    tcp_info info{};
    socklen_t size = sizeof info;
    constexpr std::size_t kEnough = offsetof(tcp_info, tcpi_bytes_received) + sizeof(std::uint64_t);
    const bool is_known =
        getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && size >= kEnough;
    return is_known ? info.tcpi_bytes_received : 0;
  }

  std::array<curl_socket_t, 8> sockets_{CURL_SOCKET_BAD, CURL_SOCKET_BAD, CURL_SOCKET_BAD,
                                        CURL_SOCKET_BAD, CURL_SOCKET_BAD, CURL_SOCKET_BAD,
                                        CURL_SOCKET_BAD, CURL_SOCKET_BAD};
  std::uint64_t of_closed_ = 0;
};

}  // namespace

struct pgiam_http_handle {
  CURLM* multi = libcurl.multi_init();
  CURL* easy = libcurl.easy_init();
  bool address_refused = false;
  const pgiam_http_exchange* exchange = nullptr;  // while one runs
  Meter meter;

  ~pgiam_http_handle() {
    libcurl.easy_cleanup(easy);
    libcurl.multi_cleanup(multi);
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
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd >= 0) handle->meter.opened(fd);
  return fd;
}

int close_socket(void* data, curl_socket_t fd) {
  static_cast<pgiam_http_handle*>(data)->meter.closing(fd);
  return close(fd);
}

// An option that is not set for want of memory would change what is sent, and to whom.
class Options {
 public:
  explicit Options(CURL* easy) : easy_(easy) { libcurl.easy_reset(easy); }

  template <typename Value>
  bool set(CURLoption option, Value value) {
    const CURLcode code = libcurl.easy_setopt(easy_, option, value);
    failed_ = code == CURLE_OUT_OF_MEMORY || failed_;
    return code != CURLE_UNKNOWN_OPTION;
  }
  bool all_set() const { return !failed_; }

 private:
  CURL* const easy_;
  bool failed_ = false;
};

// CURLOPT_PROTOCOLS, which today's headers warn of.
constexpr auto kProtocolsBefore785 = static_cast<CURLoption>(CURLOPTTYPE_LONG + 181);
constexpr long kHttpAndHttps = CURLPROTO_HTTP | CURLPROTO_HTTPS;

bool set_up(pgiam_http_handle* handle, pgiam_http_exchange* exchange, HeaderList& headers) {
  Options options(handle->easy);
  options.set(CURLOPT_URL, exchange->url);
  if (!options.set(CURLOPT_PROTOCOLS_STR, "http,https"))
    options.set(kProtocolsBefore785, kHttpAndHttps);
  options.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  options.set(CURLOPT_HTTPHEADER, headers.get());
  if (std::string_view(exchange->method) != "GET") {
    options.set(CURLOPT_CUSTOMREQUEST, exchange->method);
    options.set(CURLOPT_POSTFIELDSIZE, static_cast<long>(exchange->body_size));
    options.set(CURLOPT_POSTFIELDS, exchange->body);
  }
  options.set(CURLOPT_CONNECTTIMEOUT_MS, exchange->connect_timeout_ms);
  options.set(CURLOPT_TIMEOUT_MS, exchange->timeout_ms);
  options.set(CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold up the end.
  options.set(CURLOPT_QUICK_EXIT, 1L);
  if (exchange->use_proxy == 0) options.set(CURLOPT_PROXY, "");
  options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  options.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  if (exchange->trust != nullptr) exchange->trust->use_in(handle->easy);
  options.set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  options.set(CURLOPT_OPENSOCKETDATA, handle);
  options.set(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  options.set(CURLOPT_CLOSESOCKETDATA, handle);
  options.set(CURLOPT_HEADERFUNCTION, take_header);
  options.set(CURLOPT_HEADERDATA, exchange);
  options.set(CURLOPT_WRITEFUNCTION, take_body);
  options.set(CURLOPT_WRITEDATA, exchange);
  exchange->detail[0] = '\0';
  static_assert(sizeof exchange->detail >= CURL_ERROR_SIZE);
  options.set(CURLOPT_ERRORBUFFER, exchange->detail);
  return options.all_set();
}

// A line beyond it is "out of memory" to libcurl before 8.6.
constexpr std::uint64_t kLongestLine = 100 * 1024;
constexpr CURLcode kTooLarge = static_cast<CURLcode>(100);  // CURLE_TOO_LARGE since then

// Before 7.68 nothing wakes one who waits: who is to be cancelled is asked often. Nor does waiting
// without a socket wait there, which is so while a name is looked up.
CURLMcode wait_for_more(CURLM* multi) {
  constexpr int kWaitMs = 500, kShortWaitMs = 20;  // the long one in case a wake is lost
  if (libcurl.multi_wakeup != nullptr) return libcurl.multi_poll(multi, nullptr, 0, kWaitMs, nullptr);
  int ready = 0;
  const CURLMcode fault = libcurl.multi_wait(multi, nullptr, 0, kShortWaitMs, &ready);
  if (fault == CURLM_OK && ready == 0) poll(nullptr, 0, 1);
  return fault;
}

// An answer that is too long is CURLE_FILESIZE_EXCEEDED. Nothing when it was cancelled.
std::optional<CURLcode> run(pgiam_http_handle* handle, const pgiam_http_exchange& exchange) {
  const std::uint64_t before = handle->meter.bytes();
  const auto received = [&] { return handle->meter.bytes() - before; };
  CURLMcode fault = CURLM_OK;
  for (int running = 1; running != 0 && fault == CURLM_OK;) {
    if (exchange.cancelled(exchange.user_data) != 0) return std::nullopt;
    fault = libcurl.multi_perform(handle->multi, &running);
    if (received() > exchange.max_bytes) return CURLE_FILESIZE_EXCEEDED;
    if (fault == CURLM_OK && running != 0)
      fault = wait_for_more(handle->multi);
  }
  if (fault == CURLM_OUT_OF_MEMORY) return CURLE_OUT_OF_MEMORY;
  int left = 0;
  const CURLMsg* message = libcurl.multi_info_read(handle->multi, &left);
  const CURLcode code = message != nullptr ? message->data.result : CURLE_FAILED_INIT;
  if (code == CURLE_OUT_OF_MEMORY && received() >= kLongestLine) return CURLE_FILESIZE_EXCEEDED;
  // The same of a line behind the last chunk.
  if (code == CURLE_RECV_ERROR && std::strstr(exchange.detail, "Out of memory") != nullptr)
    return CURLE_FILESIZE_EXCEEDED;
  return code;
}

// The proxy that libcurl takes by its variables, as it looks for them: "HOST:PORT of VARIABLE",
// without the password that may stand there. "" for none.
std::string proxy_in_use(const pgiam_http_exchange& exchange) {
  if (exchange.use_proxy == 0) return "";
  const bool https = std::strncmp(exchange.url, "https:", 6) == 0;
  for (const char* variable : {https ? "https_proxy" : "http_proxy", https ? "HTTPS_PROXY" : "http_proxy",
                               "all_proxy", "ALL_PROXY"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    std::string_view place = value;
    if (const auto scheme = place.find("://"); scheme != place.npos) place.remove_prefix(scheme + 3);
    if (const auto at = place.rfind('@'); at != place.npos) place.remove_prefix(at + 1);
    return std::string(place.substr(0, place.find('/'))) + " of " + variable;
  }
  return "";
}

// Whether it was the proxy that could not be reached: libcurl names where it failed to connect.
bool failed_at_proxy(const pgiam_http_exchange& exchange) {
  if (exchange.outcome != PGIAM_HTTP_CONNECT) return false;
  std::string place = proxy_in_use(exchange);
  place.resize(std::min(place.size(), place.find(" of ")));
  const auto colon = place.rfind(':');
  if (colon == place.npos) return false;
  const std::string named = "to " + place.substr(0, colon) + " port " + place.substr(colon + 1);
  return std::strstr(exchange.detail, named.c_str()) != nullptr;
}

bool was_connected(CURL* easy) {
  curl_off_t microseconds = 0;
  libcurl.easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
  return microseconds > 0;
}

int32_t outcome_of(CURLcode code, const pgiam_http_handle& handle) {
  switch (code) {
    case CURLE_OK:
      return PGIAM_HTTP_OK;
    case CURLE_OUT_OF_MEMORY:
      return PGIAM_HTTP_NO_MEMORY;
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
    case CURLE_FILESIZE_EXCEEDED:
    case kTooLarge:
      return PGIAM_HTTP_TOO_LONG;
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

// Of an exchange that is set up.
CURLcode exchange_through(pgiam_http_handle* handle, pgiam_http_exchange* exchange) {
  const CURLMcode added = libcurl.multi_add_handle(handle->multi, handle->easy);
  if (added != CURLM_OK) {
    exchange->outcome =
        added == CURLM_OUT_OF_MEMORY ? PGIAM_HTTP_NO_MEMORY : PGIAM_HTTP_INTERNAL;
    return CURLE_FAILED_INIT;
  }
  const auto code = run(handle, *exchange);
  exchange->outcome = code ? outcome_of(*code, *handle) : PGIAM_HTTP_CANCELLED;
  long status = 0;
  libcurl.easy_getinfo(handle->easy, CURLINFO_RESPONSE_CODE, &status);
  long of_proxy = 0;  // to what opens the way through it
  libcurl.easy_getinfo(handle->easy, CURLINFO_HTTP_CONNECTCODE, &of_proxy);
  if (code && *code != CURLE_OK && of_proxy >= 300) {
    exchange->outcome = PGIAM_HTTP_PROXY;
    status = of_proxy;
  }
  exchange->status = static_cast<int32_t>(status);
  libcurl.multi_remove_handle(handle->multi, handle->easy);
  return code.value_or(CURLE_ABORTED_BY_CALLBACK);
}

void tell(pgiam_http_exchange& exchange, const char* detail) {
  std::snprintf(exchange.detail, sizeof exchange.detail, "%s", detail);
}

// Throws before anything is sent, for want of memory.
void set_up_and_send(pgiam_http_handle* handle, pgiam_http_exchange* exchange) {
  const WithoutSigpipe without_sigpipe;
  HeaderList headers(exchange->headers);
  handle->address_refused = false;
  handle->exchange = exchange;
  CURLcode code = CURLE_OUT_OF_MEMORY;
  exchange->outcome = PGIAM_HTTP_NO_MEMORY;
  if (set_up(handle, exchange, headers)) code = exchange_through(handle, exchange);
  handle->exchange = nullptr;
  // Nothing of this exchange stays behind in the handle but the connection.
  libcurl.easy_reset(handle->easy);
  if (failed_at_proxy(*exchange)) exchange->outcome = PGIAM_HTTP_PROXY, exchange->status = 0;
  // libcurl quotes the proxy's URL, which may hold a password.
  if (exchange->outcome == PGIAM_HTTP_PROXY)
    tell(*exchange, proxy_in_use(*exchange).c_str());
  else if (exchange->outcome != PGIAM_HTTP_OK && exchange->detail[0] == '\0')
    tell(*exchange, libcurl.easy_strerror(code));
}

void send(pgiam_http_handle* handle, pgiam_http_exchange* exchange) noexcept {
  try {
    set_up_and_send(handle, exchange);
  } catch (...) {
    exchange->outcome = PGIAM_HTTP_NO_MEMORY;
  }
}

pgiam_http_trust* new_trust(const char* pem_file, const char* pem, std::size_t size,
                            std::int32_t* outcome) noexcept {
  *outcome = PGIAM_HTTP_UNTRUSTED;
  try {
    return pgiam_http_trust::load(pem_file != nullptr ? pem_file : "", {pem, size}).release();
  } catch (...) {
    *outcome = PGIAM_HTTP_NO_MEMORY;
    return nullptr;
  }
}

constexpr pgiam_http_module kModule = {
    sizeof(pgiam_http_exchange),
    new_trust,
    [](pgiam_http_trust* trust) noexcept { delete trust; },
    []() noexcept -> pgiam_http_handle* {
      std::unique_ptr<pgiam_http_handle> handle(new (std::nothrow) pgiam_http_handle);
      return handle && handle->multi != nullptr && handle->easy != nullptr ? handle.release()
                                                                           : nullptr;
    },
    [](pgiam_http_handle* handle) noexcept { delete handle; },
    send,
    [](pgiam_http_handle* handle) noexcept {
      if (libcurl.multi_wakeup != nullptr) libcurl.multi_wakeup(handle->multi);
    },
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const pgiam_http_module* pgiam_http_module_get(
    char* why, std::size_t size) {
  try {
    std::string missing = load_libcurl();
    if (missing.empty() && libcurl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      missing = "libcurl could not be set up";
    if (missing.empty()) return &kModule;
    std::snprintf(why, size, "%s", missing.c_str());
  } catch (...) {
    std::snprintf(why, size, "out of memory");
  }
  return nullptr;
}
