// JSON of services, caches and programs: what is read can be written and reads the same, but for the
// last digit of a fraction, which Boost.JSON does not keep.
#include <algorithm>
#include <string>

#include "clouds/aws/credentials_answer.h"
#include "clouds/aws/json.h"
#include "clouds/aws/provider.h"
#include "fuzz.h"

namespace {

// The text without the numbers that are written with an exponent, as all that are not whole.
std::string without_fractions(std::string_view text) {
  std::string kept;
  bool in_string = false;
  while (!text.empty()) {
    std::size_t length = in_string && text[0] == '\\' ? 2 : 1;
    if (text[0] == '"') in_string = !in_string;
    if (!in_string && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')))
      length = std::min(text.find_first_not_of("0123456789.+-E"), text.size());
    const std::string_view token = text.substr(0, length);
    if (in_string || token.size() == 1 || token.find('E') == token.npos) kept += token;
    text.remove_prefix(token.size());
  }
  return kept;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgiam;
  const auto json = aws::Json::parse(text_of(data, size));
  if (!json) {
    FUZZ_ASSERT(json.error().status == Status::kBadResponse);
    return 0;
  }
  const Secret once = json->serialize();
  const auto again = aws::Json::parse(once.reveal());
  FUZZ_ASSERT(again);
  FUZZ_ASSERT(without_fractions(again->serialize().reveal()) == without_fractions(once.reveal()));

  constexpr aws::AnswerForm kForm{aws::kImdsInfo, "the service", "Token", true};
  const auto credentials = aws::read_credentials(*json, kForm);
  FUZZ_ASSERT(!credentials || (*credentials)->expires_at);
  aws::Json changed = *json;
  changed.set("Token", "t");
  FUZZ_ASSERT(changed.text("Token") == "t");
  changed.remove("Token");
  return 0;
}
