#include "adapters/resolver_posix.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <thread>

namespace pgiam {
namespace {

// A DNS server on loopback that answers one query with the same fixed records (RFC 1035).
class OneAnswer {
 public:
  // Owner and target of CNAME records.
  using Records = std::vector<std::pair<std::string, std::string>>;

  explicit OneAnswer(Records records, unsigned char rcode = 0, bool is_truncated = false)
      : records_(std::move(records)),
        rcode_(rcode),
        is_truncated_(is_truncated),
        socket_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  std::uint16_t port = 0;

 private:
  void serve() const {
    char query[512];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t length =
        recvfrom(socket_, query, sizeof query, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (length < 12) return;
    const std::string answer = compose(std::string(query, static_cast<std::size_t>(length)));
    sendto(socket_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
  }
  static std::string encode(const std::string& name) {
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
  std::string compose(std::string query) const {
    const auto question_end = query.find('\0', 12) + 5;  // the root label, type and class
    std::string answer = query.substr(0, question_end);
    answer[2] = is_truncated_ ? '\x83' : '\x81';
    answer[3] = static_cast<char>(0x80 | rcode_);
    answer[7] = static_cast<char>(records_.size());
    answer[10] = answer[11] = '\0';
    for (const auto& [owner, target] : records_) {
      const std::string data = encode(target);
      answer += encode(owner);
      answer.append("\0\5\0\1\0\0\0\74", 8);  // CNAME, IN, 60 s
      answer += '\0';
      answer += static_cast<char>(data.size());
      answer += data;
    }
    return answer;
  }

  const Records records_;
  const unsigned char rcode_;
  const bool is_truncated_;
  const int socket_;
  std::thread thread_;
};

TEST(PosixResolver, FollowsTheRecordsInWhateverOrderTheyCome) {
  const OneAnswer server({{"b.example.com", "c.rds.amazonaws.com"},
                          {"a.example.com", "b.example.com"},
                          {"c.rds.amazonaws.com", "EC2.compute.amazonaws.com"}});
  const auto names = PosixResolver(server.port).aliases("A.example.com");
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_EQ(*names, (std::vector<std::string>{"b.example.com", "c.rds.amazonaws.com",
                                              "ec2.compute.amazonaws.com"}));
}

TEST(PosixResolver, FindsNoneWhereTheNameDoesNotExist) {
  const OneAnswer server({}, 3);
  EXPECT_EQ(*PosixResolver(server.port).aliases("a.example.com"), std::vector<std::string>());
}

TEST(PosixResolver, EndsALoop) {
  const OneAnswer server({{"a.example.com", "b.example.com"}, {"b.example.com", "a.example.com"}});
  EXPECT_LE(PosixResolver(server.port).aliases("a.example.com")->size(), 16u);
}

// A server to which one can connect, and which then says nothing.
class SilentTcp {
 public:
  explicit SilentTcp(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    listens_ = bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
               listen(socket_, 5) == 0;
  }
  ~SilentTcp() { close(socket_); }
  bool listens() const { return listens_; }

 private:
  const int socket_;
  bool listens_ = false;
};

TEST(PosixResolver, DoesNotWaitForTheRestOfALongAnswer) {
  std::optional<OneAnswer> server;
  std::optional<SilentTcp> silent;
  do {  // another program may have the number among TCP's
    server.emplace(OneAnswer::Records{{"a.example.com", "b.example.com"}}, 0, true);
    silent.emplace(server->port);
  } while (!silent->listens());
  const auto names = PosixResolver(server->port).aliases("a.example.com");
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_EQ(*names, std::vector<std::string>{"b.example.com"});
}

TEST(PosixResolver, GivesUpWhereNobodyAnswers) {
  std::uint16_t port;
  {
    const OneAnswer gone({});
    port = gone.port;
  }
  const auto names = PosixResolver(port).aliases("a.example.com");
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().status, Status::kNetwork);
}

}  // namespace
}  // namespace pgiam
