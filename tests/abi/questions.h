// A host that is asked, and answers at once, later, elsewhere or never.
#pragma once

#include <poll.h>

#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include "abi_test.h"

inline constexpr char kOwnKey[] = "AKIAHOSTSUPPLIED1234";

inline void supply(pgiam_question* question, const char* key = kOwnKey, const char* expires_at = "") {
  const pgiam_option values[] = {{"access_key_id", key},
                                 {"secret_access_key", kSecretKey},
                                 {"session_token", "ofTheHost"},
                                 {"expires_at", expires_at}};
  EXPECT_EQ(pgiam_question_answer(question, values, 4), PGIAM_OK);
}

inline std::size_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task"), end;
  return static_cast<std::size_t>(std::distance(tasks, end));
}

class Questions : public AbiTest {
 protected:
  using Ask = std::function<void(const pgiam_prompt*, pgiam_question*)>;

  Questions() {
    std::thread([] {}).join();  // a sanitizer has a thread of its own from a program's first one on
    forget_credentials();
    EXPECT_EQ(pgiam_context_new(nullptr, context_.out(), nullptr), PGIAM_OK);
  }

  static void call(void* self, const pgiam_prompt* prompt, pgiam_question* question) {
    auto* test = static_cast<Questions*>(self);
    ++test->asked_;
    EXPECT_EQ(std::this_thread::get_id(), test->thread_) << "never on a thread of the library";
    test->answer_(prompt, question);
  }

  pgiam_request request(const char* user, const char* identity) {
    pgiam_request request = request_for(user);
    request.credentials = call;
    request.credentials_user_data = this;
    request.credentials_identity = identity;
    return request;
  }

  pgiam_status ask(const pgiam_request& request) {
    reply_.free();
    error_.free();
    return pgiam_before_connect(context_, &request, reply_.out(), error_.out());
  }

  // As an event loop does it.
  pgiam_status loop(pgiam_operation* operation) {
    int64_t descriptor = -1;
    EXPECT_EQ(pgiam_operation_descriptor(operation, &descriptor, nullptr), PGIAM_OK);
    for (;;) {
      pollfd entry = {static_cast<int>(descriptor), POLLIN, 0};
      EXPECT_EQ(poll(&entry, 1, -1), 1);
      reply_.free();
      error_.free();
      const pgiam_status status = pgiam_operation_wait(operation, 0, reply_.out(), error_.out());
      if (status != PGIAM_E_TIMEOUT || error_is_of_the_call()) return status;
    }
  }
  bool error_is_of_the_call() {
    return std::string_view(pgiam_error_text(error_, PGIAM_ERROR_CODE)) != "still_running";
  }

  void look_at(std::vector<Operation>& operations) {
    for (Operation& operation : operations) {
      Reply none;
      pgiam_operation_wait(operation, 0, none.out(), nullptr);
    }
  }

  const char* message() { return pgiam_error_text(error_, PGIAM_ERROR_MESSAGE); }

  const std::thread::id thread_ = std::this_thread::get_id();
  int asked_ = 0;
  Ask answer_;
  Context context_;
  Reply reply_;
  Error error_;
};
