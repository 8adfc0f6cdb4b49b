// The longest chain of roles that a profile may lead through, where stacks are small.
#include <pthread.h>

#include "clouds/aws/sources_fixture.h"

namespace pgiam::aws {
namespace {

constexpr int kMostRoles = 50;

// What Java gives a thread. Frames that a sanitizer watches, unoptimised, are several times as large.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kStack = 8 << 20;
#else
constexpr std::size_t kStack = 1 << 20;
#endif

class LongRoleChain : public test::SourcesTest {
 protected:
  void chain() {
    std::string text = "[default]\nregion = eu-west-1\n";
    for (int i = 1; i <= kMostRoles; ++i) {
      const std::string number = std::to_string(i);
      text += "role_arn = arn:aws:iam::1:role/R" + number + "\nsource_profile = p" + number +
              "\n[profile p" + number + "]\n";
    }
    config(text + "aws_access_key_id = BASE\naws_secret_access_key = s\n");
    world.http.otherwise([](const HttpRequest&) {
      return HttpResponse{200, {}, role_xml("ASIA1", "2026-01-01T13:00:00Z"), true};
    });
  }
};

TEST_F(LongRoleChain, FitsIntoAThreadOfAJavaProgram) {
  chain();
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_t thread;
  const auto run = [](void* test) -> void* {
    auto* self = static_cast<LongRoleChain_FitsIntoAThreadOfAJavaProgram_Test*>(test);
    EXPECT_EQ(self->found(), "ASIA1 from aws.assume_role");
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, this), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  EXPECT_EQ(sent_count(), static_cast<std::size_t>(kMostRoles));
}

}  // namespace
}  // namespace pgiam::aws
