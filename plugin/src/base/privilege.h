// Programs that have rights which their caller lacks: setuid, setgid, capabilities.
#pragma once

namespace pgiam {

// Then nothing that the caller controls may decide anything: no variable, no file of theirs.
bool is_privileged();

// A variable, for who reads one before there is an Environment; null in a privileged program.
const char* trusted_variable(const char* name);

}  // namespace pgiam
