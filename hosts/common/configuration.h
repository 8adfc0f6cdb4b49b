// What can be said of pgiam's configuration without loading the plugin. Cheap.
#pragma once

#include <string>

namespace pgiam::host {

// Whether a rule or a variable could make an endpoint of a host whose name tells nothing.
bool rules_may_apply();

// Whether a password that a person chose may have to give way (force = yes). Only the plugin can
// tell for sure; false where it would say no in any case.
bool force_may_apply();

// The configuration file, of those that may be the first that is there; "" where there is none.
std::string configuration_file();

}  // namespace pgiam::host
