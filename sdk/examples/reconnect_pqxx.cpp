// libpqxx, each of whose connections logs in with a fresh token: reconnect_pqxx CONNINFO. Says "connected", waits for a line, and
// logs in again. The conninfo names the host and the user; the rest libpq finds as it always does.
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include <pgiam.hpp>
#include <pgiam_conninfo.hpp>
#include <pqxx/pqxx>

using Connection = std::unique_ptr<pqxx::connection>;

namespace {

void set(std::string& conninfo, const pgiam_param& param) {
  conninfo += std::string(param.key) + "='";
  for (const char* c = param.value; *c != '\0'; ++c) {
    if (*c == '\\' || *c == '\'') conninfo += '\\';
    conninfo += *c;
  }
  conninfo += "' ";
}

// In place of pqxx::connection(conninfo): what it needs is decided by the library, host by host, and a refusal is explained.
Connection connect(pgiam::Context& context, const char* conninfo) {
  const pgiam::Conninfo given = pgiam::Conninfo::parse(conninfo).value();
  pgiam::Request request;
  std::string own;
  for (const pgiam_param& param : given.params()) {
    request.keyword(param.key, param.value);
    set(own, param);
  }
  pgiam::Attempt attempt = context.attempt(request.can_apply("*")).value();
  for (std::exception_ptr failure;;) {
    pgiam::Result<pgiam_step> step = attempt.next();
    // What is not ours, or has a password of its own, passes.
    const bool passes = !step && step.error().status() == PGIAM_NOT_APPLICABLE;
    if (failure && !step && (passes || step.error().status() == PGIAM_E_CONNECT)) {
      std::rethrow_exception(failure);  // there is nothing to add to it
    }
    if (!passes) step.value();  // throws
    std::string all = own;
    if (!passes) {
      for (const pgiam_param& param : attempt.params()) set(all, param);  // libpq takes the last of two
    }
    try {
      Connection connection(new pqxx::connection(all));
      attempt.connected();
      return connection;
    } catch (const pqxx::broken_connection& refusal) {
      pgiam_outcome outcome = PGIAM_OUTCOME_INIT;
      outcome.outcome = PGIAM_OUTCOME_OTHER;  // the library reads the words
      outcome.message = refusal.what();
      if (attempt.report(outcome) != PGIAM_OK) throw;
      failure = std::current_exception();
    }
  }
}

void ask(const Connection& connection) { pqxx::work(*connection).exec("SELECT session_user"); }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: reconnect_pqxx CONNINFO\n";
    return 2;
  }
  try {
    pgiam::Context context(pgiam::Config().host("reconnect_pqxx", "1.0"));
    Connection connection = connect(context, argv[1]);
    ask(connection);
    std::cout << "connected" << std::endl;
    std::cin.get();
    connection = connect(context, argv[1]);
    ask(connection);
    std::cout << "done" << std::endl;
  } catch (const pgiam::Error& error) {
    std::cerr << "reconnect_pqxx: " << error.text(PGIAM_ERROR_EXPLANATION) << '\n';
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "reconnect_pqxx: " << error.what() << '\n';
    return 1;
  }
}
