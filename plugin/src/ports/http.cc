#include "ports/http.h"

#include "base/text.h"

namespace pgiam {

std::string_view HttpResponse::header(std::string_view name) const {
  for (const HttpHeader& header : headers)
    if (equals_ignore_case(header.name, name)) return header.value;
  return {};
}

}  // namespace pgiam
