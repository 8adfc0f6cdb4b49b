// What the library asks one host during one call; the host is asked only inside calls that it makes.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "abi/question.h"
#include "ports/clock.h"
#include "ports/host_link.h"
#include "ports/prompt.h"

struct pgiam_context;

namespace pgiam {

struct HostFunctions {
  pgiam_ask_fn credentials = nullptr;
  void* credentials_user_data = nullptr;
  std::string identity;
  pgiam_ask_fn prompt = nullptr;
  void* prompt_user_data = nullptr;

  bool has_any() const { return credentials != nullptr || prompt != nullptr; }
};

class HostQuestions : public HostLink {
 public:
  // `wake` tells the host that there is something to ask it; any thread.
  HostQuestions(const pgiam_context& context, const Clock& clock, HostFunctions functions,
                std::function<void()> wake)
      : context_(context),
        clock_(clock),
        functions_(std::move(functions)),
        wake_(std::move(wake)) {}

  std::string_view identity() const override { return functions_.identity; }
  Result<SuppliedValues> ask_credentials(const Call& call) override;
  Result<Secret> ask_person(const PromptRequest& request, const Call& call) override;

  // Asks all that is to be asked. On the host's thread.
  void ask_host();

  // While it lives, this thread is the host's, and is asked at once.
  class OnThisThread {
   public:
    explicit OnThisThread(HostQuestions* questions);
    OnThisThread(const OnThisThread&) = delete;
    OnThisThread& operator=(const OnThisThread&) = delete;
    ~OnThisThread();

   private:
    HostQuestions* const questions_;
    std::thread::id outer_;
  };

 private:
  // In line until the host is asked. Texts of its own, since who asks may have left by then.
  struct Item {
    PromptRequest texts;
    std::int32_t kind = 0;
    std::uint32_t flags = 0;
    std::shared_ptr<HostQuestion> question;  // null: no answer is wanted
    std::stop_token stop;                // then none is wanted any more
  };
  void ask_for_credentials(const Call& call);
  void ask_anew(const PromptRequest& request, const Call& call);
  void put(Item item);
  void forget(const HostQuestion& question);
  void ask(const Item& item);

  const pgiam_context& context_;
  const Clock& clock_;
  const HostFunctions functions_;
  const std::function<void()> wake_;

  // Under way; of whoever loads.
  std::shared_ptr<HostQuestion> credentials_, person_;
  std::string title_;  // of the person's
  std::mutex mutex_;  // over the next
  std::deque<Item> line_;
  std::thread::id host_thread_;
};

}  // namespace pgiam
