// What is examined of a kind of endpoint, and what is known of it. One line for each, in kinds.cc.
#pragma once

#include <string_view>

#include "clouds/aws/examine/resource.h"

namespace pgiam::aws {

struct ExaminedKind {
  std::string_view kind;  // of the target
  Resource (*examine)(Asker& asker, const Subject& subject);
  void (*advise)(const Subject& subject, FailureAdvice& advice);
  const char *list, *state;  // what to type to see which there are, and how one is
};

// nullptr: one that has no line.
const ExaminedKind* find_examined_kind(std::string_view kind);
// The same; of what is no target by its name alone, the usual.
const ExaminedKind& likeliest_kind(std::string_view kind);

}  // namespace pgiam::aws
