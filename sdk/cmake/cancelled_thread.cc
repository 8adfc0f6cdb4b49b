// A thread that is cancelled while libpq waits. glibc then unwinds it with libgcc_s, and asks the C++ runtime of each function on the way
// what has to be cleaned up there. Where that runtime is LLVM's, inside this library, it does not understand libgcc's notes, and would
// read its own in them: it is not asked. What our functions hold at that moment, memory and no lock, is then lost with the thread.
#include <unwind.h>

#include <cstdint>

extern "C" _Unwind_Reason_Code __gxx_personality_v0(int version, _Unwind_Action actions, std::uint64_t kind,
                                                    _Unwind_Exception* exception, _Unwind_Context* context);

static _Unwind_Reason_Code ask_runtime(int version, _Unwind_Action actions, std::uint64_t kind,
                                       _Unwind_Exception* exception, _Unwind_Context* context) {
  if ((actions & _UA_FORCE_UNWIND) != 0) return _URC_CONTINUE_UNWIND;
  return __gxx_personality_v0(version, actions, kind, exception, context);
}

// Where the tables of all functions say whom to ask. Compilers define it weakly in each object.
extern "C" __attribute__((visibility("hidden"))) decltype(&ask_runtime) const whom_to_ask
    __asm__("DW.ref.__gxx_personality_v0");
decltype(&ask_runtime) const whom_to_ask = ask_runtime;
