// SPDX-License-Identifier: MIT

#include <entmoot/base/unique_function.hpp>

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <utility>

using namespace entmoot;

TEST_CASE("a function holds what can only be moved, small or large, and destroys it once") {
  const auto token = std::make_shared<int>(7);
  UniqueFunction<int()> small([held = std::make_unique<int>(1), token] { return *held + *token; });
  UniqueFunction<int()> large([space = std::array<int, 64>{3}, token] { return space[0] + *token; });
  CHECK(small() == 8);
  CHECK(large() == 10);
  CHECK(token.use_count() == 3);
  UniqueFunction<int()> moved = std::move(small);
  CHECK(moved() == 8);
  CHECK(token.use_count() == 3);
  moved = std::move(large);
  CHECK(moved() == 10);
  CHECK(token.use_count() == 2);
  moved = nullptr;
  CHECK(token.use_count() == 1);
  CHECK_FALSE(static_cast<bool>(moved));
}

TEST_CASE("arguments pass through as they are given") {
  UniqueFunction<int(std::unique_ptr<int>, int&)> function([](std::unique_ptr<int> a, int& b) { return b += *a; });
  int sum = 1;
  CHECK(function(std::make_unique<int>(2), sum) == 3);
  CHECK(sum == 3);
}
