#include "clouds/aws/examine/advice.h"
#include "clouds/aws/examine/examine.h"
#include "clouds/examine/examiner.h"

namespace pgiam {
namespace {

constexpr Examiner kExaminers[] = {
    {"aws.", aws::examine, aws::advise},
};

}  // namespace

std::span<const Examiner> examiners() { return kExaminers; }

}  // namespace pgiam
