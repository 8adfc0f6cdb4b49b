#include "flow/attempt/sslmode.h"

#include <gtest/gtest.h>

namespace pgiam {
namespace {

TEST(Sslmode, IsWeakWhereSomebodySaysThatTlsIsNotNeeded) {
  for (const char* weak : {"disable", "allow", "prefer"}) {
    EXPECT_TRUE(allows_no_tls(weak)) << weak;
    EXPECT_FALSE(demands_tls(weak)) << weak;
  }
  for (const char* strong : {"require", "verify-ca", "verify-full"}) {
    EXPECT_FALSE(allows_no_tls(strong)) << strong;
    EXPECT_TRUE(demands_tls(strong)) << strong;
  }
  for (const char* nothing : {"", "requird"}) {
    EXPECT_FALSE(allows_no_tls(nothing)) << nothing;
    EXPECT_FALSE(demands_tls(nothing)) << nothing;
  }
}

TEST(Sslmode, IsTheStricterTheMoreItDemands) {
  const char* const in_order[] = {"disable", "allow", "prefer", "require", "verify-ca",
                                  "verify-full"};
  for (int i = 0; i + 1 < 6; ++i)
    EXPECT_LT(strictness(in_order[i]), strictness(in_order[i + 1])) << in_order[i];
  EXPECT_EQ(strictness(""), strictness("prefer"));
  EXPECT_EQ(strictness("requird"), strictness("prefer"));
}

}  // namespace
}  // namespace pgiam
