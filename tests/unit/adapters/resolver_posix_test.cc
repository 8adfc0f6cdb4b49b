#include "adapters/resolver_posix.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "adapters/address_lookup.h"
#include "adapters/files_posix.h"
#include "adapters/system_clock.h"
#include "fakes.h"

namespace pgiam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Owner and target of CNAME records.
using Records = std::vector<std::pair<std::string, std::string>>;

// What a server says to a query (RFC 1035).
struct Reply {
  Records aliases;
  std::string address_of = {};  // owner of an address record, "" for none
  unsigned char rcode = 0;
  bool is_truncated = false;
};

std::string encode(const std::string& name) {
  std::string text;
  std::size_t start = 0;
  for (;;) {
    const auto dot = std::min(name.find('.', start), name.size());
    text += static_cast<char>(dot - start);
    text += name.substr(start, dot - start);
    if (dot == name.size()) return text + '\0';
    start = dot + 1;
  }
}

std::string record(const std::string& owner, char type, const std::string& data) {
  return encode(owner) + std::string{'\0', type, '\0', '\1', '\0', '\0', '\0', '\74', '\0',
                                     static_cast<char>(data.size())} +
         data;
}

std::string compose(const std::string& query, const Reply& reply) {
  const auto question_end = query.find('\0', 12) + 5;  // the root label, type and class
  std::string answer = query.substr(0, question_end);
  answer[2] = reply.is_truncated ? '\x83' : '\x81';
  answer[3] = static_cast<char>(0x80 | reply.rcode);
  answer[7] = static_cast<char>(reply.aliases.size() + !reply.address_of.empty());
  answer[10] = answer[11] = '\0';
  for (const auto& [owner, target] : reply.aliases) answer += record(owner, 5, encode(target));
  if (!reply.address_of.empty()) answer += record(reply.address_of, 1, "\x7f\1\1\1");
  return answer;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// A name server on loopback, over UDP and TCP. `answers` gives the datagrams that it sends, or the
// messages over TCP; an empty one is none.
class Server {
 public:
  using Answers = std::function<std::vector<std::string>(const std::string& query, bool over_tcp)>;

  explicit Server(Answers answers) : answers_(std::move(answers)) {
    do {  // another program may have the number among TCP's
      open_sockets();
    } while (!listens_);
    udp_thread_ = std::thread([this] { serve_udp(); });
    tcp_thread_ = std::thread([this] { serve_tcp(); });
  }
  explicit Server(Reply reply)
      : Server([reply](const std::string& query, bool) { return std::vector{compose(query, reply)}; }) {}
  static Answers silent() {
    return [](const std::string&, bool) { return std::vector<std::string>(); };
  }
  ~Server() {
    shutdown(udp_, SHUT_RDWR);
    shutdown(tcp_, SHUT_RDWR);
    udp_thread_.join();
    tcp_thread_.join();
    close(udp_);
    close(tcp_);
  }
  std::uint16_t port = 0;
  std::atomic<int> asked{0};

 private:
  void open_sockets() {
    if (udp_ >= 0) close(udp_), close(tcp_);
    udp_ = socket(AF_INET, SOCK_DGRAM, 0);
    tcp_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    EXPECT_EQ(bind(udp_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    getsockname(udp_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    listens_ = bind(tcp_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
               listen(tcp_, 5) == 0;
  }
  void serve_udp() {
    char query[512];
    sockaddr_in from{};
    for (;;) {
      socklen_t size = sizeof from;
      const ssize_t length =
          recvfrom(udp_, query, sizeof query, 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (length < 12) return;
      ++asked;
      for (const auto& answer : answers_(std::string(query, static_cast<std::size_t>(length)), false))
        sendto(udp_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }
  // Who is not answered is kept waiting until the server goes.
  void serve_tcp() {
    std::vector<int> open;
    for (int client; (client = accept(tcp_, nullptr, nullptr)) >= 0;) {
      open.push_back(client);
      char query[512];
      const ssize_t length = recv(client, query, sizeof query, 0);
      if (length < 14) continue;
      const std::string message(query + 2, static_cast<std::size_t>(length - 2));
      for (const std::string& answer : answers_(message, true)) {
        const std::string sent = std::string{static_cast<char>(answer.size() >> 8),
                                             static_cast<char>(answer.size() & 255)} +
                                 answer;
        for (const char byte : sent) send(client, &byte, 1, MSG_NOSIGNAL);
      }
    }
    for (const int client : open) close(client);
  }

  const Answers answers_;
  int udp_ = -1, tcp_ = -1;
  bool listens_ = false;
  std::thread udp_thread_, tcp_thread_;
};

class PosixResolverTest : public testing::Test {
 protected:
  Call call(Milliseconds patience = Milliseconds{20'000}) const {
    Call call;
    call.deadline = clock_.uptime() + patience;
    call.stop = stop_.get_token();
    return call;
  }
  Result<std::vector<std::string>> aliases(std::vector<std::uint16_t> ports,
                                           const std::string& host = "a.example.com.") {
    return PosixResolver(clock_, files_, "/hosts", std::move(ports)).aliases(host, call());
  }

  const SystemClock clock_{};
  test::FakeFiles files_;
  std::stop_source stop_;
};

TEST_F(PosixResolverTest, FollowsTheRecordsInWhateverOrderTheyCome) {
  const Server server(Reply{{{"b.example.com", "c.rds.amazonaws.com"},
                             {"a.example.com", "b.example.com"},
                             {"c.rds.amazonaws.com", "EC2.compute.amazonaws.com"}},
                            "EC2.compute.amazonaws.com"});
  const auto names = aliases({server.port}, "A.example.com");
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_THAT(*names,
              ElementsAre("b.example.com", "c.rds.amazonaws.com", "ec2.compute.amazonaws.com"));
}

TEST_F(PosixResolverTest, FindsNoneWhereTheNameDoesNotExist) {
  const Server server(Reply{{}, "", 3});
  EXPECT_THAT(*aliases({server.port}), IsEmpty());
}

TEST_F(PosixResolverTest, FindsNoneWhereTheNameIsItsOwn) {
  const Server server(Reply{{}, "a.example.com"});
  EXPECT_THAT(*aliases({server.port}), IsEmpty());
}

TEST_F(PosixResolverTest, EndsALoop) {
  const Server server(Reply{{{"a.example.com", "b.example.com"}, {"b.example.com", "a.example.com"}}});
  EXPECT_LE(aliases({server.port})->size(), 16u);
}

TEST_F(PosixResolverTest, AsksTheNextServerWhereOneCannotTell) {
  const Server broken(Reply{{}, "", 2}), good(Reply{{{"a.example.com", "b.example.com"}}});
  EXPECT_THAT(*aliases({broken.port, good.port}), ElementsAre("b.example.com"));
  const auto none = aliases({broken.port});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().status, Status::kNetwork);
}

TEST_F(PosixResolverTest, AsksTheNextServerWhereOneIsSilent) {
  const Server silent(Server::silent()), good(Reply{{{"a.example.com", "b.example.com"}}});
  EXPECT_THAT(*aliases({silent.port, good.port}), ElementsAre("b.example.com"));
}

TEST_F(PosixResolverTest, TakesNoAnswerToAnotherQuestion) {
  const Server server([](const std::string& query, bool) {
    std::string other_number = compose(query, {{{"a.example.com", "evil.example.com"}}});
    other_number[1] = static_cast<char>(other_number[1] ^ 1);
    std::string other_name = compose(query, {{{"a.example.com", "evil.example.com"}}});
    other_name[13] = 'x';
    const std::string no_answer = query;
    return std::vector{other_number, other_name, no_answer, std::string("short"),
                       compose(query, {{{"a.example.com", "b.example.com"}}})};
  });
  EXPECT_THAT(*aliases({server.port}), ElementsAre("b.example.com"));
}

TEST_F(PosixResolverTest, AsksForTheRestOfALongAnswer) {
  const Server server([](const std::string& query, bool over_tcp) {
    if (!over_tcp) return std::vector{compose(query, {{{"a.example.com", "b.example.com"}}, "", 0, true})};
    return std::vector{compose(
        query, {{{"a.example.com", "b.example.com"}, {"b.example.com", "c.example.com"}}, "c.example.com"})};
  });
  EXPECT_THAT(*aliases({server.port}), ElementsAre("b.example.com", "c.example.com"));
}

TEST_F(PosixResolverTest, TakesWhatThereIsOfALongAnswerWhereTheRestDoesNotCome) {
  const Server server([](const std::string& query, bool over_tcp) {
    if (over_tcp) return std::vector<std::string>();
    return std::vector{compose(query, {{{"a.example.com", "b.example.com"}}, "", 0, true})};
  });
  EXPECT_THAT(*aliases({server.port}), ElementsAre("b.example.com"));
}

TEST_F(PosixResolverTest, GivesUpAtOnceWhereNobodyListens) {
  std::uint16_t port;
  {
    const Server gone(Server::silent());
    port = gone.port;
  }
  const auto names = aliases({port});
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().status, Status::kNetwork);
}

TEST_F(PosixResolverTest, GivesUpWhereAllAreSilentLongBeforeTheCallEnds) {
  const Server one(Server::silent()), two(Server::silent());
  const auto names = aliases({one.port, two.port}, "a.example.com");
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().status, Status::kNetwork);
  EXPECT_EQ(one.asked, 1) << "who is silent is not asked for the names of the search list as well";
}

TEST_F(PosixResolverTest, EndsWithTheCallWhereServersAreSilent) {
  const Server one(Server::silent()), two(Server::silent());
  const PosixResolver resolver(clock_, files_, "/hosts", {one.port, two.port});
  const Milliseconds start = clock_.uptime();
  const auto names = resolver.aliases("a.example.com", call(Milliseconds{100}));
  const Milliseconds took = clock_.uptime() - start;
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().status, Status::kTimeout);
  EXPECT_GE(took, Milliseconds{100});
  EXPECT_LT(took, Milliseconds{900}) << "a silent server is waited for longer than that";
}

TEST_F(PosixResolverTest, IsCancelledAtOnce) {
  const Server server([this](const std::string&, bool) {
    stop_.request_stop();
    return std::vector<std::string>();
  });
  const auto names = aliases({server.port});
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().status, Status::kCancelled);
}

TEST_F(PosixResolverTest, DoesNotAskForWhatTheHostsFileSays) {
  const Server server(Reply{{{"a.example.com", "b.example.com"}}});
  files_.write("/hosts", "127.0.0.1 localhost # c.example.com\n\n10.0.0.1\tother  A.Example.com d\n");
  for (const char* name : {"a.example.com", "a.example.com.", "OTHER"})
    EXPECT_THAT(*aliases({server.port}, name), IsEmpty());
  EXPECT_EQ(server.asked, 0);
  aliases({server.port}, "c.example.com.");
  EXPECT_GE(server.asked, 1);
}

TEST_F(PosixResolverTest, AsksForNothingThatIsNoName) {
  const Server server(Reply{});
  for (const std::string& name : {std::string("a..b."), std::string(64, 'x') + ".example.com.",
                                 std::string(300, 'x') + ".", std::string(".")})
    EXPECT_THAT(*aliases({server.port}, name), IsEmpty());
  EXPECT_EQ(server.asked, 0);
}

TEST(AddressLookup, GivesTheAddressesThatTheSystemHas) {
  const SystemClock clock;
  Call call;
  call.deadline = clock.uptime() + std::chrono::seconds{20};
  const auto addresses = [&](const char* name) {
    const auto found = look_up_addresses(name, clock, call);
    return found ? *found : std::vector{found.error().message};
  };
  EXPECT_THAT(addresses("192.0.2.7"), ElementsAre("192.0.2.7"));
  EXPECT_THAT(addresses("fe80::1"), ElementsAre("fe80::1"));
  EXPECT_THAT(addresses("localhost"), testing::Each(testing::AnyOf("127.0.0.1", "::1")));
  EXPECT_FALSE(look_up_addresses("no name at all", clock, call));
}

TEST(AddressLookup, EndsWithTheCall) {
  const SystemClock clock;
  std::stop_source stop;
  Call call;
  call.deadline = clock.uptime() + std::chrono::seconds{20};
  call.stop = stop.get_token();
  stop.request_stop();
  EXPECT_EQ(look_up_addresses("localhost", clock, call).error().status, Status::kCancelled);
}

}  // namespace
}  // namespace pgiam
