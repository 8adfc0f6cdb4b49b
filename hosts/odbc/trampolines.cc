// One instruction per exported function: the arguments stay where the caller put them, so that no
// signature needs to be known and a statement costs what it costs without us.
#include "trampolines.h"

#include <sql.h>

#include "functions.h"

#if defined(__x86_64__)
#define PGIAM_JUMP_THROUGH(slot) "endbr64\n jmp *" slot "(%rip)\n"
#elif defined(__aarch64__)
#define PGIAM_JUMP_THROUGH(slot) \
  "hint 34\n adrp x16, " slot "\n ldr x16, [x16, :lo12:" slot "]\n br x16\n"
#else
#error "the ODBC shim has jumps for x86-64 and aarch64 only: configure with -DPGIAM_BUILD_ODBC=OFF"
#endif

static SQLRETURN fail() { return SQL_ERROR; }

#define PGIAM_JUMP(name)                                                                    \
  extern "C" {                                                                              \
  __attribute__((used, visibility("hidden"))) void* pgiam_odbc_##name =                     \
      reinterpret_cast<void*>(fail);                                                        \
  }                                                                                         \
  asm(".pushsection .text." #name ",\"ax\",%progbits\n .globl " #name "\n .type " #name     \
      ",%function\n .balign 16\n" #name ":\n" PGIAM_JUMP_THROUGH("pgiam_odbc_" #name)       \
      ".size " #name ", .-" #name "\n .popsection\n");

PGIAM_ODBC_JUMPS(PGIAM_JUMP)
#ifdef PGIAM_ODBC_WIDE
PGIAM_ODBC_WIDE_JUMPS(PGIAM_JUMP)
#endif

namespace pgiam::odbc {

#define PGIAM_ROW(name) {#name, &pgiam_odbc_##name},
static constexpr Jump kJumps[] = {PGIAM_ODBC_JUMPS(PGIAM_ROW)
#ifdef PGIAM_ODBC_WIDE
                                      PGIAM_ODBC_WIDE_JUMPS(PGIAM_ROW)
#endif
                                          {nullptr, nullptr}};

const Jump* jumps() { return kJumps; }
void* no_function() { return reinterpret_cast<void*>(fail); }

}  // namespace pgiam::odbc
