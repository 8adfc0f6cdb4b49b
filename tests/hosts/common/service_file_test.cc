#include "service_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace pgiam::host {
namespace {

class ServiceFile : public testing::Test {
 protected:
  ServiceFile() {
    own_ = testing::TempDir() + "service_file_test.conf";
    setenv("PGSERVICEFILE", own_.c_str(), 1);
    setenv("PGSYSCONFDIR", testing::TempDir().c_str(), 1);
  }
  ~ServiceFile() override {
    unlink(own_.c_str());
    unlink(system_.c_str());
  }

  const std::string system_ = testing::TempDir() + "pg_service.conf";
  std::string own_;
};

TEST_F(ServiceFile, TellsWhetherItsOwnSectionSetsTheKeyword) {
  std::ofstream(own_) << "# sslmode=require\n[other]\nsslmode=prefer\n [orders]\nhost=x\n  "
                         "sslmode=prefer \n[last]\n";
  EXPECT_TRUE(service_sets("orders", "sslmode"));
  EXPECT_FALSE(service_sets("orders", "ssl"));
  EXPECT_FALSE(service_sets("last", "sslmode"));
  EXPECT_FALSE(service_sets("none", "sslmode"));
}

TEST_F(ServiceFile, LooksIntoTheSystemsFileOnlyWhereTheUsersLacksTheService) {
  std::ofstream(system_) << "[orders]\nsslmode=prefer\n";
  EXPECT_TRUE(service_sets("orders", "sslmode"));
  std::ofstream(own_) << "[orders]\nhost=x\n";
  EXPECT_FALSE(service_sets("orders", "sslmode"));
}

}  // namespace
}  // namespace pgiam::host
