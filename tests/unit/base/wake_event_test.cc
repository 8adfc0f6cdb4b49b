#include "base/wake_event.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace pgiam {
namespace {

bool is_readable(WakeEvent& event, int timeout_ms = 0) {
  pollfd entry = {*event.descriptor(), POLLIN, 0};
  return poll(&entry, 1, timeout_ms) == 1;
}

TEST(WakeEvent, IsReadableWhileItIsSet) {
  WakeEvent event;
  EXPECT_FALSE(is_readable(event));
  event.set();
  event.set();
  EXPECT_TRUE(is_readable(event));
  event.clear();
  EXPECT_FALSE(is_readable(event)) << "however often it was set";
}

TEST(WakeEvent, WhatWasSetBeforeThereWasADescriptorIsReadable) {
  WakeEvent event;
  event.set();
  EXPECT_TRUE(is_readable(event));
}

TEST(WakeEvent, HasOneDescriptor) {
  WakeEvent event;
  EXPECT_EQ(*event.descriptor(), *event.descriptor());
}

TEST(WakeEvent, WakesAnotherThread) {
  WakeEvent event;
  std::thread waiter([&] { EXPECT_TRUE(is_readable(event, -1)); });
  event.set();
  waiter.join();
}

}  // namespace
}  // namespace pgiam
