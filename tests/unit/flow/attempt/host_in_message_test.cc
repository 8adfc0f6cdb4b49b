#include "flow/attempt/host_in_message.h"

#include <gtest/gtest.h>

#include <string>

namespace pgiam {
namespace {

// Of the list host=a,b … in that order; -1: nothing.
int ended(const char* host, const char* hostaddr, const char* port, std::string_view message) {
  const auto found = host_in_message(pair_hosts(host, hostaddr, port).value(), message);
  return found ? static_cast<int>(*found) : -1;
}

std::string refused(const char* host, const char* port) {
  return "connection to server at \"" + std::string(host) + "\" (10.0.0.1), port " + port +
         " failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP "
         "connections?\n";
}
std::string fatal(const char* host, const char* port) {
  return "connection to server at \"" + std::string(host) + "\" (10.0.0.1), port " + port +
         " failed: FATAL:  PAM authentication failed for user \"app\"\n";
}

TEST(HostInMessage, IsTheLastThatIsNamed) {
  EXPECT_EQ(ended("a,b", "", "", fatal("a", "5432")), 0);
  EXPECT_EQ(ended("a,b", "", "", refused("a", "5432") + fatal("b", "5432")), 1);
  EXPECT_EQ(ended("a,b", "", "", refused("b", "5432") + fatal("a", "5432")), 0)
      << "load_balance_hosts = random";
  EXPECT_EQ(ended("a,b", "", "", refused("a", "5432") + refused("a", "5432") + fatal("b", "5432")), 1)
      << "a has two addresses";
}

TEST(HostInMessage, IsToldByItsPortWhereTheNamesAreTheSame) {
  EXPECT_EQ(ended("a,a", "", "5432,6000", refused("a", "5432") + fatal("a", "6000")), 1);
  EXPECT_EQ(ended("a,a", "", "5432,54321", fatal("a", "5432")), 0);
  EXPECT_EQ(ended("a,a", "", "5432,54321", fatal("a", "54321")), 1);
}

TEST(HostInMessage, IsNamedByItsAddressWhereOneIsGiven) {
  const std::string words =
      "connection to server at \"10.0.0.2\", port 5432 failed: FATAL:  no\n";
  EXPECT_EQ(ended("a,b", "10.0.0.1,10.0.0.2", "", words), 1);
  EXPECT_EQ(ended("", "10.0.0.1,10.0.0.2", "", words), 1);
  EXPECT_EQ(ended("a,b", "::1,::2", "",
                  "connection to server at \"::2\", port 5432 failed: FATAL:  no\n"),
            1);
}

TEST(HostInMessage, IsNoPartOfAnotherName) {
  EXPECT_EQ(ended("orders,orders-ro", "", "", fatal("orders-ro", "5432")), 1);
  EXPECT_EQ(ended("db,x", "", "",
                  "connection to server at \"x\" (10.0.0.1), port 5432 failed: FATAL:  database "
                  "\"db\" does not exist\n"),
            1);
  EXPECT_EQ(ended("127.0.0.1,x", "", "",
                  "connection to server at \"x\" (10.0.0.1), port 5432 failed: FATAL:  no "
                  "pg_hba.conf entry for host \"127.0.0.1\", user \"app\", SSL encryption\n"),
            1);
}

TEST(HostInMessage, MayBeASocket) {
  const std::string of_socket =
      "connection to server on socket \"/run/postgresql/.s.PGSQL.5433\" failed: FATAL:  no\n";
  EXPECT_EQ(ended("a,/run/postgresql", "", "5432,5433", refused("a", "5432") + of_socket), 1);
  EXPECT_EQ(ended("/run/postgresql,/run/postgresql", "", "5432,5433", of_socket), 1);
  EXPECT_EQ(ended("a,", "", "5432,5433", refused("a", "5432") + of_socket), 1)
      << "the default is a folder of sockets";
}

TEST(HostInMessage, IsFoundInEachLanguageThatLibpqSpeaks) {
  for (const char* words : {
           "Verbindung zum Server auf »b« (10.0.0.2), Port 6000 fehlgeschlagen: ",
           "σύνδεση στον διακομιστή σε «b» (10.0.0.2), θύρα 6000 απέτυχε: ",
           "falló la conexión al servidor en «b» (10.0.0.2), puerto 6000: ",
           "la connexion au serveur sur « b » (10.0.0.2), port 6000 a échoué : ",
           "\"b\"(10.0.0.2)、ポート6000のサーバーへの接続に失敗しました: ",
           "სერვერის (\"b\" (10.0.0.2)) 6000-ე პორტზე მიერთების შეცდომა: ",
           "\"b\" (10.0.0.2), 6000 포트로 서버 접속 할 수 없음: ",
           "подключиться к серверу \"b\" (10.0.0.2), порту 6000 не удалось: ",
           "连接到\"b\" (10.0.0.2)上的服务器，端口6000失败：",
           "连接到\"b\"上的服务器，端口6000失败：",
       })
    EXPECT_EQ(ended("b,a,b", "", "5432,6000,6000", words + std::string("FATAL:  no\n")), 2) << words;
}

TEST(HostInMessage, IsNotKnownWhereAServerSpeaksForItselfAsBeforePostgreSQL14) {
  const std::string unreachable =
      "could not connect to server: Connection refused\n\tIs the server running on host \"a\" "
      "(10.0.0.1) and accepting\n\tTCP/IP connections on port 5432?\n";
  EXPECT_EQ(ended("a,b", "", "", "FATAL:  PAM authentication failed for user \"app\"\n"), -1);
  EXPECT_EQ(ended("a,b", "", "", unreachable + "FATAL:  PAM authentication failed\n"), -1);
  EXPECT_EQ(ended("a,b", "", "", unreachable), 0);
}

TEST(HostInMessage, IsNotKnownFromWordsOfOthers) {
  EXPECT_EQ(ended("a,b", "", "", ""), -1);
  EXPECT_EQ(ended("a,b", "", "", "The connection attempt to a:5432 failed."), -1);
  EXPECT_EQ(ended("a,b", "", "", "\"a\""), -1);
  EXPECT_EQ(ended("a,b", "", "", "\"a\" ("), -1);
}

}  // namespace
}  // namespace pgiam
