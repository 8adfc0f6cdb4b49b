// What the ODBC shim adds: to a call about a statement, and to a connect. Against the emulator:
//   tests/rds/run -- build/release/bin/odbc_bench build/release/lib/libpgiam-odbc.so psqlodbcw.so 200
#include <dlfcn.h>
#include <sql.h>
#include <sqlext.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "pgiam.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Driver {
  explicit Driver(const char* file) : library(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
    if (library) return;
    fprintf(stderr, "%s\n", dlerror());
    exit(2);
  }
  template <typename Function>
  Function* get(const char* name) const {
    return reinterpret_cast<Function*>(dlsym(library, name));
  }
  void* library;
};
#define CALL(driver, name) (driver).get<decltype(name)>(#name)

std::string variable(const char* name) {
  const char* value = getenv(name);
  return value ? value : "";
}

std::string target() {
  return "Servername=" + variable("RDS_HOST") + ";Port=" + variable("RDS_PORT") +
         ";Database=postgres;UID=" + variable("RDS_USER") + ";SSLmode=verify-full;pqopt={hostaddr=" +
         variable("RDS_HOSTADDR") + " sslrootcert=" + variable("RDS_CA") + "}";
}

std::string token() {
  pgiam::Context context;
  pgiam::Request request(variable("RDS_HOST"));
  request.port(static_cast<std::uint32_t>(atoi(variable("RDS_PORT").c_str())))
      .user(variable("RDS_USER"));
  return context.before_connect(request).value().param("password");
}

// The quickest of some runs, in seconds: what disturbs only ever adds.
double measure(int runs, const std::function<void()>& act) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    const Clock::time_point start = Clock::now();
    act();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

class Connection {
 public:
  Connection(const Driver& driver, const std::string& string) : driver_(driver) {
    CALL(driver_, SQLAllocHandle)(SQL_HANDLE_ENV, nullptr, &environment_);
    CALL(driver_, SQLSetEnvAttr)(environment_, SQL_ATTR_ODBC_VERSION,
                                 reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0);
    CALL(driver_, SQLAllocHandle)(SQL_HANDLE_DBC, environment_, &handle_);
    std::string copy = string;
    const SQLRETURN result = CALL(driver_, SQLDriverConnect)(
        handle_, nullptr, reinterpret_cast<SQLCHAR*>(copy.data()), SQL_NTS, nullptr, 0, nullptr,
        SQL_DRIVER_NOPROMPT);
    if (SQL_SUCCEEDED(result)) return;
    SQLCHAR state[6] = "", text[512] = "";
    CALL(driver_, SQLGetDiagRec)(SQL_HANDLE_DBC, handle_, 1, state, nullptr, text, sizeof text,
                                 nullptr);
    fprintf(stderr, "[%s] %s\n", reinterpret_cast<char*>(state), reinterpret_cast<char*>(text));
    exit(1);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    CALL(driver_, SQLDisconnect)(handle_);
    CALL(driver_, SQLFreeHandle)(SQL_HANDLE_DBC, handle_);
    CALL(driver_, SQLFreeHandle)(SQL_HANDLE_ENV, environment_);
  }
  SQLHDBC get() const { return handle_; }

 private:
  const Driver& driver_;
  SQLHENV environment_ = nullptr;
  SQLHDBC handle_ = nullptr;
};

double nanoseconds_per_call(const Driver& driver, SQLHSTMT statement) {
  constexpr int kCalls = 20000;
  const auto call = CALL(driver, SQLNumResultCols);
  SQLSMALLINT columns = 0;
  return 1e9 / kCalls * measure(5, [&] {
    for (int i = 0; i < kCalls; ++i) call(statement, &columns);
  });
}

double milliseconds_to_connect(const Driver& driver, const std::string& string) {
  return 1e3 * measure(1, [&] { const Connection connection(driver, string); });
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fprintf(stderr, "odbc_bench SHIM DRIVER CONNECTS, inside tests/rds/run\n");
    return 2;
  }
  setenv("PGIAM_DRIVER", argv[2], 1);
  const Driver shim(argv[1]), real(argv[2]);
  const std::string with_token = target() + ";PWD={" + token() + "}";

  const Connection connection(shim, target());
  SQLHSTMT statement = nullptr;
  CALL(shim, SQLAllocHandle)(SQL_HANDLE_STMT, connection.get(), &statement);
  SQLCHAR query[] = "SELECT 1";
  CALL(shim, SQLExecDirect)(statement, query, SQL_NTS);
  double direct = 1e9, through = 1e9;
  for (int i = 0; i < 20; ++i) {  // in turns, as a busy machine is not the same all the time
    direct = std::min(direct, nanoseconds_per_call(real, statement));
    through = std::min(through, nanoseconds_per_call(shim, statement));
  }
  printf("call about a statement: %.2f ns direct, %.2f ns through the shim, %+.2f ns\n", direct,
         through, through - direct);

  const int connects = atoi(argv[3]);
  setenv("PGIAM_REUSE_SECONDS", "0", 1);
  std::vector<double> plain_times, our_times;
  for (int i = 0; i < connects; ++i) {
    plain_times.push_back(milliseconds_to_connect(real, with_token));
    our_times.push_back(milliseconds_to_connect(shim, target()));
  }
  const double plain = median(plain_times), ours = median(our_times);
  printf("connect: %.2f ms direct with a token at hand, %.2f ms through the shim, ratio %.3f\n",
         plain, ours, ours / plain);
  CALL(shim, SQLFreeHandle)(SQL_HANDLE_STMT, statement);
}
