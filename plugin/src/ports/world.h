// All that the core needs of the world, in one handful. Borrowed: it outlives whoever holds it.
#pragma once

#include "ports/clock.h"
#include "ports/environment.h"
#include "ports/files.h"
#include "ports/http.h"
#include "ports/log.h"
#include "ports/process.h"
#include "ports/prompt.h"
#include "ports/resolver.h"

namespace pgiam {

struct World {
  const Clock& clock;
  const Environment& environment;
  const Files& files;
  const Resolver& resolver;
  Http& http;
  Process& process;
  Log& log;
  Prompt& prompt;
};

}  // namespace pgiam
