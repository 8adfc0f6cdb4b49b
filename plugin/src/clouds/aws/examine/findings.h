// How a check is made of what was asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clouds/aws/examine/apis.h"
#include "clouds/aws/examine/xml_tree.h"
#include "clouds/examine/examiner.h"

namespace pgiam::aws {

using Codes = std::vector<std::string>;

// The failures of a name and of the way to a server, by the codes with which they are told.
const Codes& failures_of_name();
const Codes& failures_of_way();
// The refusals of a token that say nothing of their reason.
const Codes& unexplained_refusals();
Codes all_of(std::initializer_list<Codes> lists);

Check found(std::string name, const std::string& sentence, const std::string& asked);
Check fault(std::string name, Error finding, bool is_certain, Codes explains);

// Where it was not answered: not an error, but what was not checked, and the command for somebody
// who may.
Check not_checked(std::string name, const Asked& asked, const std::string& what,
                  std::string command);
// As above, of what there was nobody to ask.
Check not_checked(std::string name, const std::string& why, std::string command);

// "https://rds.eu-west-1.amazonaws.com (DescribeDBInstances)"
std::string describe(const Asked& asked);

// A word of an answer; "" where it is longer than AWS's are or holds what they do not: it is shown,
// and typed.
std::string word(std::string_view text);
inline std::string word_of(const XmlElement& element, std::string_view name) {
  return word(element.text_of(name));
}

// "arn:aws:rds:eu-west-1:123456789012:db:orders"
struct Arn {
  std::string partition, region, account, resource;
};
std::optional<Arn> parse_arn(std::string_view text);

}  // namespace pgiam::aws
