// HTTP over libcurl, which lives in a module of its own that is loaded with the first request.
#pragma once

#include <memory>
#include <string>

#include "base/privilege.h"
#include "ports/clock.h"
#include "ports/files.h"
#include "ports/http.h"

namespace pgiam {

// Any thread. All of a process share their connections and CA certificates; after fork() a child
// starts anew, and leaves its parent's connections alone.
class CurlHttp : public Http {
 public:
  // `user_agent` goes with every request that names none. `clock` is the one that deadlines are
  // measured on, and outlives this as `files` does. `module` is for tests: by default it is
  // pgiam/libpgiam-http.so beside the library that holds this code.
  CurlHttp(const Clock& clock, const Files& files, std::string user_agent, std::string module = {},
           bool privileged = is_privileged());
  ~CurlHttp() override;

  Result<HttpResponse> send(const HttpRequest& request, const Call& call) override;

 private:
  class Pool;

  const Clock& clock_;
  const Files& files_;
  const std::string user_agent_;
  const std::string module_;
  const bool privileged_;  // no variable that libcurl reads is to count
  const std::shared_ptr<Pool> pool_;
};

}  // namespace pgiam
