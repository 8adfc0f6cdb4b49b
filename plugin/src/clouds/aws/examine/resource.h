// Whether what is to be logged in to is there, serves, and takes tokens: a check for each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clouds/aws/examine/database.h"
#include "clouds/examine/examiner.h"

namespace pgiam::aws {

struct Resource {
  std::vector<Check> checks;  // the first is "resource"
  std::optional<Database> database;  // nothing where it was not told
  RdsName name;               // of an endpoint of RDS's
};

Resource examine_rds(Asker& asker, const Subject& subject);
Resource examine_dsql(Asker& asker, const Subject& subject);

}  // namespace pgiam::aws
