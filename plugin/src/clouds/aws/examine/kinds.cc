#include "clouds/aws/examine/kinds.h"

#include "clouds/aws/examine/advice.h"

namespace pgiam::aws {
namespace {

// The usual one first.
constexpr ExaminedKind kKinds[] = {
    {"rds", examine_rds, advise_on_rds, "see which there are: aws rds describe-db-instances",
     "see its state: aws rds describe-db-instances"},
    {"dsql", examine_dsql, advise_on_dsql, "see which there are: aws dsql list-clusters",
     "see its state: aws dsql get-cluster --identifier …"},
};

}  // namespace

const ExaminedKind* find_examined_kind(std::string_view kind) {
  for (const ExaminedKind& examined : kKinds)
    if (examined.kind == kind) return &examined;
  return nullptr;
}

const ExaminedKind& likeliest_kind(std::string_view kind) {
  const ExaminedKind* found = find_examined_kind(kind);
  return found != nullptr ? *found : kKinds[0];
}

}  // namespace pgiam::aws
