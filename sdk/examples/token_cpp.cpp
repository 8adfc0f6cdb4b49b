// One token on stdout: token_cpp HOST USER. As token.c, through the C++ wrapper.
#include <cstdio>
#include <pgiam.hpp>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: token_cpp HOST USER\n");
    return 2;
  }
  try {
    pgiam::Context context(pgiam::Config().host("token-example", "1.0"));
    const pgiam::Reply reply =
        context.before_connect(pgiam::Request(argv[1]).user(argv[2])).value();
    if (!reply.applies()) {
      std::fprintf(stderr, "token_cpp: %s is no endpoint that takes IAM tokens\n", argv[1]);
      return 1;
    }
    std::printf("%s\n", reply.param("password"));
  } catch (const pgiam::Error& error) {
    std::fprintf(stderr, "token_cpp: %s\n", error.what());
    for (const pgiam::Error& cause : error.causes()) {
      std::fprintf(stderr, "  %s: %s\n", cause.provider(), cause.what());
    }
    std::fprintf(stderr, "  %s\n", error.hint());
    return 1;
  }
}
