// JSON of services, caches and programs: what is read can be written and reads the same.
#include "clouds/aws/credentials_answer.h"
#include "clouds/aws/json.h"
#include "clouds/aws/provider.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgiam;
  const auto json = aws::Json::parse(text_of(data, size));
  if (!json) {
    FUZZ_ASSERT(json.error().status == Status::kBadResponse);
    return 0;
  }
  const Secret once = json->serialize();
  const auto again = aws::Json::parse(once.reveal());
  FUZZ_ASSERT(again && again->serialize().reveal() == once.reveal());

  constexpr aws::AnswerForm kForm{aws::kImdsInfo, "the service", "Token", true};
  const auto credentials = aws::read_credentials(*json, kForm);
  FUZZ_ASSERT(!credentials || (*credentials)->expires_at);
  aws::Json changed = *json;
  changed.set("Token", "t");
  FUZZ_ASSERT(changed.text("Token") == "t");
  changed.remove("Token");
  return 0;
}
