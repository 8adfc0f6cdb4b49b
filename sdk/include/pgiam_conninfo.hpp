// pgiam_conninfo.hpp - connection strings in C++ (since ABI 1.2).
//
//   auto conninfo = pgiam::Conninfo::parse("host=db.example user=app");
//   if (!conninfo) return fail(conninfo.error().what());   // names the place, quotes no value
//   for (const pgiam_param& param : conninfo->params()) set(param.key, param.value);
#ifndef PGIAM_CONNINFO_HPP
#define PGIAM_CONNINFO_HPP

#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include "pgiam.hpp"

namespace pgiam {
inline namespace abi1 {

// A connection string as libpq reads it, "host=… user=…" or a URI. Wipes its values when it goes.
class Conninfo {
 public:
  static Result<Conninfo> parse(const char* text, const pgiam_api* api = linked()) {
    if (!api || !PGIAM_API_HAS(api, conninfo_free)) {
      return Error(api, PGIAM_E_UNSUPPORTED, nullptr);  // a library of an earlier 1.x
    }
    pgiam_conninfo* conninfo = nullptr;
    pgiam_error* error = nullptr;
    const pgiam_status status = api->conninfo_parse(text, &conninfo, &error);
    if (status != PGIAM_OK) return Error(api, status, error);
    return Conninfo(api, conninfo);
  }

  // In the order of the string; key and value are borrowed.
  std::vector<pgiam_param> params() const {
    std::vector<pgiam_param> params(api_->conninfo_count(conninfo_.get()));
    for (std::size_t i = 0; i < params.size(); ++i) {
      params[i].struct_size = sizeof(pgiam_param);
      api_->conninfo_at(conninfo_.get(), i, &params[i]);
    }
    return params;
  }
  // The value of one keyword; nullptr where the string does not give it.
  const char* param(const char* key) const {
    for (const pgiam_param& param : params()) {
      if (std::strcmp(key, param.key) == 0) return param.value;
    }
    return nullptr;
  }

 private:
  Conninfo(const pgiam_api* api, pgiam_conninfo* conninfo)
      : api_(api), conninfo_(conninfo, api->conninfo_free) {}

  const pgiam_api* api_;
  std::unique_ptr<pgiam_conninfo, void(PGIAM_CALL*)(pgiam_conninfo*)> conninfo_;
};

}  // namespace abi1
}  // namespace pgiam
#endif  // PGIAM_CONNINFO_HPP
