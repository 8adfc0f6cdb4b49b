// What a client would send by itself: the user's password, or libpq's password file's.
#include "flow/decide/client_password.h"

#include <gmock/gmock.h>

#include "fakes.h"

namespace pgiam {
namespace {

class ClientPassword : public testing::Test {
 protected:
  ClientPassword() {
    request_.host = "orders.example.com";
    request_.user = "app";
    request_.keywords = {{"passfile", "/home/ann/.pgpass"}};
    fakes_.files.write("/home/ann/.pgpass", "*:5433:*:app:other\norders.example.com:*:app:*:a\\:b:rest\n");
  }
  std::string password() {
    return std::string(password_of_client(fakes_.world, request_, {}).reveal());
  }

  test::FakeWorld fakes_;
  Request request_;
};

TEST_F(ClientPassword, IsThatOfTheFirstLineThatFits) {
  EXPECT_EQ(password(), "a:b");
  request_.port = 5433;
  EXPECT_EQ(password(), "other");
  request_.user = "nobody";
  EXPECT_EQ(password(), "");
}

TEST_F(ClientPassword, OfTheUserComesFirst) {
  request_.password = "typed";
  EXPECT_EQ(password(), "typed");
}

TEST_F(ClientPassword, IsInNoFileWhereNoneIsNamed) {
  request_.keywords.clear();
  EXPECT_EQ(password(), "");
}

TEST_F(ClientPassword, IsNotReadFromAFileThatLibpqLeavesAlone) {
  fakes_.files.chmod("/home/ann/.pgpass", 0644);
  EXPECT_EQ(password(), "");
}

}  // namespace
}  // namespace pgiam
