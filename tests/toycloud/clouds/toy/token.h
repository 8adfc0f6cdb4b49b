// A token of the toy's: "toy.NUMBER.END", the end in seconds since 1970.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "clouds/kept_secret.h"

namespace pgiam::toy {

class Token : public KeptSecret {
 public:
  explicit Token(std::string_view text);

  const Secret& text() const { return text_; }
  std::string_view owner_id() const override { return number_; }
  std::string owner() const override { return "token " + number_; }
  std::vector<HandedOut> hand_out() const override;

 private:
  const Secret text_;
  const std::string number_;
};

bool is_token(std::string_view text);
// Nothing if the text is no token.
std::optional<Time> end_of_token(std::string_view text);

}  // namespace pgiam::toy
