// One host of a connection, and what it is sent.
#pragma once

#include <cstdint>
#include <optional>

#include "pgiam.hpp"
#include "probe.h"

namespace pgiam::libpq {

struct HostAttempt {
  explicit HostAttempt(const host::ResolvedHost& entry) : entry(&entry) {}
  void take(Reply reply);
  // What is to be sent to the host.
  const char* password() const { return token ? token_text : entry->password.c_str(); }

  const host::ResolvedHost* entry;
  bool is_ours = false;
  std::optional<Reply> token;            // the latest; ours may have none yet
  bool is_renewed = false;               // it was made for the reset under way
  std::int64_t token_expires_at_ms = 0;  // 0: not known
  // Bytes in libpq's copy of the password, without the NUL. 0: that is none of our business.
  std::size_t room = 0;

 private:
  const char* token_text = nullptr;
};

}  // namespace pgiam::libpq
