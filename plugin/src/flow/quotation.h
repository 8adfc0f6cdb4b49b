// What stands about a name in messages of PostgreSQL, in the languages that it speaks.
#pragma once

namespace pgiam {

inline constexpr const char* kQuotationMarks[][2] = {
    {"\"", "\""},
    {"»", "«"},
    {"«", "»"},
    {"« ", " »"},
    {"\u00ab\u00a0", "\u00a0\u00bb"},
    {"“", "”"},
};

}  // namespace pgiam
