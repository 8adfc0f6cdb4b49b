#include "service_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace pgiam::host {
namespace {

class ServiceFile : public testing::Test {
 protected:
  ServiceFile() {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    own_ = folder_ + "/own.conf";
    system_ = folder_ + "/pg_service.conf";
    setenv("PGSERVICEFILE", own_.c_str(), 1);
    setenv("PGSYSCONFDIR", folder_.c_str(), 1);
  }
  ~ServiceFile() override { std::filesystem::remove_all(folder_); }

  std::string folder_ = testing::TempDir() + "service_file_XXXXXX", own_, system_;
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
  std::ofstream(own_) << "[other]\nhost=x\n";
  EXPECT_TRUE(service_sets("orders", "sslmode"));
  std::ofstream(own_) << "[orders]\nhost=x\n";
  EXPECT_FALSE(service_sets("orders", "sslmode"));
}

TEST_F(ServiceFile, TheSystemsIsInTheFirstFolderThatHasOne) {
  const std::string none = folder_ + "/none";
  const char* const folders[] = {none.c_str(), folder_.c_str(), "/"};
  unsetenv("PGSYSCONFDIR");
  EXPECT_EQ(system_service_file(folders), "");
  std::ofstream(system_) << "[orders]\n";
  EXPECT_EQ(system_service_file(folders), system_);
  setenv("PGSYSCONFDIR", none.c_str(), 1);
  EXPECT_EQ(system_service_file(folders), "");
}

TEST_F(ServiceFile, AFileThatWasNamedHasToBeThere) {
  std::ofstream(system_) << "[orders]\nsslmode=prefer\n";
  EXPECT_FALSE(service_sets("orders", "sslmode"));
  const Service service = read_service("orders");
  EXPECT_EQ(service.error, "service file \"" + own_ + "\" not found");
  EXPECT_EQ(service.hint, "PGSERVICEFILE names it, for the service \"orders\"");
}

TEST_F(ServiceFile, OneThatIsNowhereIsSaidToHaveBeenLookedFor) {
  std::ofstream(system_) << "[orders]\n";
  std::ofstream(own_) << "[other]\n";
  EXPECT_EQ(read_service("none").hint,
            "its section [none] is looked for in " + own_ + ", " + system_);
}

TEST_F(ServiceFile, WhatOnlyLibpqLooksUpIsSaid) {
  std::ofstream(own_) << "[orders]\nldap://directory/x\n";
  EXPECT_NE(read_service("orders").error.find("LDAP"), std::string::npos);
}

}  // namespace
}  // namespace pgiam::host
