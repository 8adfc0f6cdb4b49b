// Connection strings.
#include "base/conninfo.h"

#include "abi/guard.h"

pgiam_status pgiam_conninfo_parse(const char* text, pgiam_conninfo** out, pgiam_error** error) {
  return pgiam::guard(error, [&]() -> pgiam::Result<void> {
    if (out == nullptr) return pgiam::invalid_argument("out is NULL");
    auto entries = pgiam::parse_conninfo(pgiam::view(text));
    if (!entries) return entries.error();
    *out = new pgiam_conninfo{std::move(*entries)};
    return {};
  });
}

size_t pgiam_conninfo_count(const pgiam_conninfo* conninfo) {
  return conninfo == nullptr ? 0 : conninfo->entries.size();
}

pgiam_status pgiam_conninfo_at(const pgiam_conninfo* conninfo, size_t index, pgiam_param* out) {
  if (conninfo == nullptr || out == nullptr || out->struct_size < sizeof(uint32_t) ||
      index >= conninfo->entries.size())
    return PGIAM_E_INVALID_ARGUMENT;
  const pgiam::ConninfoEntry& entry = conninfo->entries[index];
  pgiam_param filled{};
  filled.flags = entry.is_secret ? PGIAM_PARAM_SECRET : 0;
  filled.key = entry.keyword.c_str();
  filled.value = entry.value.reveal_c_str();
  pgiam::copy_out(filled, out);
  return PGIAM_OK;
}

void pgiam_conninfo_free(pgiam_conninfo* conninfo) { delete conninfo; }
