{
  "targets": [
    {
      "target_name": "pgiam",
      "sources": [
        "src/addon.cc", "src/attempt.cc", "src/context.cc", "src/environment.cc", "src/library.cc", "src/log.cc",
        "src/operation.cc", "src/question.cc", "src/reply.cc", "src/request.cc", "src/values.cc", "src/watch.cc"
      ],
      "include_dirs": ["<!(node scripts/header.js)"],
      "defines": ["NAPI_VERSION=8"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": ["-std=c++17", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "libraries": ["-ldl"]
    }
  ]
}
