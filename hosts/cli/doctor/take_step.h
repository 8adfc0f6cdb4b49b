// A step on the clock, with a line for who waits.
#pragma once

#include <chrono>
#include <exception>
#include <new>
#include <string>

#include "../report.h"
#include "progress.h"
#include "report.h"

namespace pgiam::cli::doctor {

// Takes what a step throws for its failure.
template <typename Take>
StepTaken timed(Progress& progress, const std::string& name, const std::string& host, Take take) {
  using std::chrono::steady_clock;
  const steady_clock::time_point start = steady_clock::now();
  progress.begin(name + (host.empty() ? "" : ": " + host));
  Finding finding = skipped("");
  try {
    finding = take();
  } catch (const UsageError& error) {
    finding = failed({"usage", error.what(), {error.hint()}, kExitUsage});
  } catch (const Error& error) {
    finding = failed(verdict_on(error.status(), error.what(), error.commands(), error.hint()));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {  // what the other steps found is worth as much
    finding = failed({"internal", error.what(), {}, kExitInternal});
  }
  progress.end();
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
  return {name, host, std::move(finding), took.count()};
}

}  // namespace pgiam::cli::doctor
