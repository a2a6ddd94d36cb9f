// SPDX-License-Identifier: MIT

#include <entmoot/base/bytes.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace entmoot;

TEST_CASE("copies share the bytes, and the last owner frees them") {
  const SharedBytes one("hello");
  CHECK(one.owners() == 1);
  {
    const SharedBytes two = one;
    CHECK(two.data() == one.data());
    CHECK(one.owners() == 2);
  }
  CHECK(one.owners() == 1);
  SharedBytes from("x");
  const SharedBytes moved = std::move(from);
  CHECK(moved.owners() == 1);
  CHECK(moved.view() == "x");
}

TEST_CASE("empty bytes cost nothing and are equal") {
  const SharedBytes none;
  CHECK(none.empty());
  CHECK(none.owners() == 0);
  CHECK(none == SharedBytes(""));
  CHECK_FALSE(none == SharedBytes("a"));
}

TEST_CASE("a derived form is made once for all owners and all threads, and lives as long as the bytes") {
  const SharedBytes bytes("abc");
  std::atomic<int> made = 0;
  const auto upper = [&] {
    return bytes.derived([&] {
      ++made;
      return SharedBytes("ABC");
    });
  };
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) right += upper().view() == "ABC";
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(made == 1);
  CHECK(right == 400);
  const SharedBytes kept = upper();
  CHECK(kept.owners() == 2);  // the bytes hold the other one
}

TEST_CASE("an empty derived form is a result; one that throws is made again") {
  const SharedBytes bytes("abc");
  CHECK_THROWS_AS((void)bytes.derived([]() -> SharedBytes { throw std::runtime_error("no"); }), std::runtime_error);
  int made = 0;
  const auto none = [&] {
    ++made;
    return SharedBytes();
  };
  CHECK(bytes.derived(none).empty());
  CHECK(bytes.derived(none).empty());
  CHECK(made == 1);
}
