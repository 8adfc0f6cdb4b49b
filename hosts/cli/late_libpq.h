// libpq, loaded where a connection has to be made: with all that it needs it takes longer to load
// than a token takes to make.
#pragma once

#include <libpq-fe.h>

#include <string>

namespace pgiam::cli {

// What the hook does not need of libpq, and where it lies. The rest: real_libpq.h, which finds the
// one that was loaded here.
struct LateLibpq {
  decltype(&::PQlibVersion) PQlibVersion;
  decltype(&::PQsetErrorVerbosity) PQsetErrorVerbosity;
  decltype(&::PQsslAttribute) PQsslAttribute;
  decltype(&::PQsendQueryParams) PQsendQueryParams;
  decltype(&::PQisBusy) PQisBusy;
  decltype(&::PQgetResult) PQgetResult;
  decltype(&::PQresultStatus) PQresultStatus;
  decltype(&::PQntuples) PQntuples;
  decltype(&::PQgetvalue) PQgetvalue;
  decltype(&::PQgetisnull) PQgetisnull;
  decltype(&::PQclear) PQclear;
  std::string file;
  bool is_the_systems;  // in the folder where this system has its libraries

  int major_version() const { return PQlibVersion() / 10000; }
};

// The one that programs here get; it stays loaded. Throws UsageError where there is none.
const LateLibpq& late_libpq();

}  // namespace pgiam::cli
