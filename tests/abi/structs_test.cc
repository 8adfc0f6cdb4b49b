// Callers of every age: structs shorter and longer than today's, each at the very end of a heap
// block, where AddressSanitizer sees a byte too many.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "abi_test.h"

namespace {

using ::testing::HasSubstr;
using ::testing::StrEq;

// A struct of `size` bytes as a caller of another version would have it: cut off, or with a tail of
// zeros. Nothing follows it in its block.
template <typename Struct>
class Exact {
 public:
  Exact(const Struct& today, std::size_t size)
      : memory_(std::calloc(1, size), std::free), size_(size) {
    std::memcpy(memory_.get(), &today, std::min(size, sizeof today));
    get()->struct_size = static_cast<std::uint32_t>(size);
  }
  Struct* get() { return static_cast<Struct*>(memory_.get()); }
  unsigned char& last_byte() { return static_cast<unsigned char*>(memory_.get())[size_ - 1]; }

 private:
  std::unique_ptr<void, void (*)(void*)> memory_;
  std::size_t size_;
};

class Structs : public AbiTest {
 protected:
  Structs() { EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK); }

  pgiam_status ask(const pgiam_request* request) {
    Reply reply;
    return pgiam_before_connect(context_, request, reply.out(), error_.out());
  }
  Context context_;
  Error error_;
};

TEST_F(Structs, AnOlderAndShorterRequestIsServed) {
  const pgiam_request today = request_for("peccy");
  for (const std::size_t size :
       {offsetof(pgiam_request, database), offsetof(pgiam_request, password),
        offsetof(pgiam_request, sslmode), offsetof(pgiam_request, port),
        offsetof(pgiam_request, timeout_ms), offsetof(pgiam_request, options)}) {
    Exact<pgiam_request> request(today, size);
    EXPECT_EQ(ask(request.get()), PGIAM_OK) << "request of " << size << " bytes";
  }
}

TEST_F(Structs, ANewerAndLongerRequestIsServedWhileItsTailIsZero) {
  for (const std::size_t extra : {8u, 16u, 200u}) {
    Exact<pgiam_request> request(request_for("peccy"), sizeof(pgiam_request) + extra);
    EXPECT_EQ(ask(request.get()), PGIAM_OK);
  }
}

TEST_F(Structs, ARequestThatUsesAFieldOfALaterVersionIsUnsupported) {
  Exact<pgiam_request> request(request_for("peccy"), sizeof(pgiam_request) + 16);
  request.last_byte() = 1;
  EXPECT_EQ(ask(request.get()), PGIAM_E_UNSUPPORTED);
  EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_MESSAGE), HasSubstr("request"));
}

TEST_F(Structs, ARequestWithoutItsSizeIsInvalid) {
  pgiam_request request = request_for("peccy");
  request.struct_size = 0;
  EXPECT_EQ(ask(&request), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_THAT(pgiam_error_text(error_, PGIAM_ERROR_MESSAGE), HasSubstr("struct_size"));
}

// What a caller that forgot to initialise has on its stack; reading that far would leave the
// memory.
TEST_F(Structs, ASizeThatNoStructWillEverHaveIsRefusedUnread) {
  pgiam_request request = request_for("peccy");
  request.struct_size = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(ask(&request), PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Structs, UnknownFlagsAreUnsupported) {
  pgiam_request request = request_for("peccy");
  request.flags = 0x80000000u;
  EXPECT_EQ(ask(&request), PGIAM_E_UNSUPPORTED);
  request.flags = 0;
  request.reserved = 1;
  EXPECT_EQ(ask(&request), PGIAM_E_UNSUPPORTED);
}

TEST_F(Structs, LimitsOfTimeAndPortAreChecked) {
  pgiam_request request = request_for("peccy");
  request.timeout_ms = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(ask(&request), PGIAM_OK);
  request.timeout_ms = -1;
  EXPECT_EQ(ask(&request), PGIAM_E_INVALID_ARGUMENT);
  request.timeout_ms = 0;
  request.port = 65536;
  EXPECT_EQ(ask(&request), PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Structs, AConfigOfEveryAgeMakesAContext) {
  const pgiam_config today = PGIAM_CONFIG_INIT;
  for (const std::size_t size : {offsetof(pgiam_config, host_name), offsetof(pgiam_config, options),
                                 offsetof(pgiam_config, log), offsetof(pgiam_config, prompt),
                                 offsetof(pgiam_config, ask), offsetof(pgiam_config, log_room),
                                 sizeof(pgiam_config),
                                 sizeof(pgiam_config) + 32}) {
    Exact<pgiam_config> config(today, size);
    Context context;
    EXPECT_EQ(pgiam_context_new(config.get(), context.out(), nullptr), PGIAM_OK)
        << "config of " << size << " bytes";
  }
}

TEST_F(Structs, AConfigWithoutSizeOrFromTheFutureIsRefused) {
  Context context;
  Exact<pgiam_config> future(PGIAM_CONFIG_INIT, sizeof(pgiam_config) + 8);
  future.last_byte() = 1;
  EXPECT_EQ(pgiam_context_new(future.get(), context.out(), nullptr), PGIAM_E_UNSUPPORTED);
  pgiam_config config = PGIAM_CONFIG_INIT;
  config.struct_size = 0;
  EXPECT_EQ(pgiam_context_new(&config, context.out(), nullptr), PGIAM_E_INVALID_ARGUMENT);
  config.struct_size = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(pgiam_context_new(&config, context.out(), nullptr), PGIAM_E_INVALID_ARGUMENT);
  EXPECT_EQ(context, nullptr);
}

TEST_F(Structs, AParameterIsWrittenAsFarAsTheCallerHasRoom) {
  Reply reply;
  const pgiam_request request = request_for("peccy");
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  for (const std::size_t size : {offsetof(pgiam_param, key), offsetof(pgiam_param, value),
                                 sizeof(pgiam_param), sizeof(pgiam_param) + 24}) {
    Exact<pgiam_param> param({}, size);
    ASSERT_EQ(pgiam_reply_param(reply, 0, param.get()), PGIAM_OK);
    EXPECT_EQ(param.get()->struct_size, std::min(size, sizeof(pgiam_param)))
        << "the library says how far it wrote";
    EXPECT_EQ(param.get()->flags, PGIAM_PARAM_SECRET);
    if (size >= offsetof(pgiam_param, value)) {
      EXPECT_THAT(param.get()->key, StrEq("password"));
    }
  }
  Exact<pgiam_param> unset({}, sizeof(pgiam_param));
  unset.get()->struct_size = 0;
  EXPECT_EQ(pgiam_reply_param(reply, 0, unset.get()), PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Structs, FactsAreToldAsFarAsTheCallerHasRoom) {
  Reply reply;
  const pgiam_request request = request_for("peccy");
  ASSERT_EQ(pgiam_before_connect(context_, &request, reply.out(), nullptr), PGIAM_OK);
  for (const std::size_t size : {offsetof(pgiam_facts, signing_port), offsetof(pgiam_facts, texts),
                                 sizeof(pgiam_facts), sizeof(pgiam_facts) + 8}) {
    Exact<pgiam_facts> facts({}, size);
    ASSERT_EQ(pgiam_reply_facts(reply, facts.get()), PGIAM_OK);
    EXPECT_EQ(facts.get()->struct_size, std::min(size, sizeof(pgiam_facts)));
    if (size >= offsetof(pgiam_facts, texts)) {
      EXPECT_EQ(facts.get()->signing_port, 5432u);
    }
  }
  Exact<pgiam_facts> unset({}, sizeof(pgiam_facts));
  unset.get()->struct_size = 0;
  EXPECT_EQ(pgiam_reply_facts(reply, unset.get()), PGIAM_E_INVALID_ARGUMENT);
}

TEST_F(Structs, AnOptionIsDescribedAsFarAsTheCallerHasRoom) {
  for (const std::size_t size : {offsetof(pgiam_option_info, key), offsetof(pgiam_option_info, env),
                                 sizeof(pgiam_option_info), sizeof(pgiam_option_info) + 8}) {
    Exact<pgiam_option_info> info({}, size);
    EXPECT_EQ(pgiam_option_at(0, info.get()), PGIAM_OK);
    EXPECT_EQ(info.get()->struct_size, std::min(size, sizeof(pgiam_option_info)));
  }
  Exact<pgiam_option_info> unset({}, sizeof(pgiam_option_info));
  unset.get()->struct_size = 0;
  EXPECT_EQ(pgiam_option_at(0, unset.get()), PGIAM_E_INVALID_ARGUMENT);
  unset.get()->struct_size = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(pgiam_option_at(0, unset.get()), PGIAM_E_INVALID_ARGUMENT) << "what was on the stack";
}

}  // namespace
