// Keeps the C++ demangler (57 KB) out of the library, into which libstdc++ is linked: only this handler's
// usual form needs it, to print an exception that nobody caught. None leaves the library (guard.h).
#include <cstdlib>

namespace __gnu_cxx {

void __verbose_terminate_handler();
void __verbose_terminate_handler() { std::abort(); }

}  // namespace __gnu_cxx
