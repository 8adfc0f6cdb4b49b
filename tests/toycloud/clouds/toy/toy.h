// The toy: a cloud whose passwords are tokens that its token server hands out, whoever connects and
// wherever to. It exists to show what a second cloud takes: this folder, and a line in the registry.
#pragma once

#include "clouds/registry.h"

namespace pgiam::toy {

extern const CloudRegistration kRegistration;

}  // namespace pgiam::toy
