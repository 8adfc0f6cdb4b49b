#include "clouds/aws/examine/advice.h"
#include "clouds/aws/examine/ca.h"
#include "clouds/aws/examine/examine.h"
#include "clouds/examine/examiner.h"

namespace pgiam {
namespace {

constexpr Examiner kExaminers[] = {
    {"aws.", aws::examine, aws::advise, aws::tell_of_ca},
};

}  // namespace

std::span<const Examiner> examiners() { return kExaminers; }

}  // namespace pgiam
