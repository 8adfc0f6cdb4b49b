// Whether the program's calls come through this hook: it cannot stand before every libpq.
#pragma once

namespace pgiam::libpq {

// To be called when one came. If none ever does, and a libpq was loaded, a line at level info says
// so when the process ends; on a terminal at every level, where a libpq was opened by hand.
void note_call() noexcept;

}  // namespace pgiam::libpq
