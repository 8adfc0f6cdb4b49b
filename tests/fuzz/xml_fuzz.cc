// Answers of STS: their members and errors are read, never more than is there.
#include "clouds/aws/service_error.h"
#include "clouds/aws/xml.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgiam;
  const std::string_view document = text_of(data, size);
  for (const char* name : {"AccessKeyId", "SessionToken", "Expiration", "Arn", "Code", "Message"}) {
    const auto text = aws::xml_text(document, name);
    if (!text) continue;
    FUZZ_ASSERT(text->size() <= document.size());
    FUZZ_ASSERT(text->find('<') == std::string::npos || document.find('&') != std::string::npos);
  }
  HttpResponse response;
  response.status = 400;
  response.body = document;
  const Error error = aws::describe_refusal(response, "asking");
  for (const std::string& line : {error.message, error.remote})
    FUZZ_ASSERT(line.find('\n') == std::string::npos);
  return 0;
}
