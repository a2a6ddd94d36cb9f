// SPDX-License-Identifier: MIT

#include <entmoot/core/effects.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <vector>

using namespace entmoot;

TEST_CASE("outside a turn an effect runs at once") {
  int happened = 0;
  Effects::release_or_hold([&] { ++happened; });
  CHECK(happened == 1);
}

TEST_CASE("a turn's effects are held until it has succeeded, and are released in order") {
  std::vector<int> order;
  Effects turn;
  CHECK(Effects::collect_into(&turn) == nullptr);
  for (int i = 0; i < 3; ++i) Effects::release_or_hold([&order, i] { order.push_back(i); });
  CHECK(order.empty());
  CHECK(turn.size() == 3);
  CHECK(Effects::collect_into(nullptr) == &turn);
  turn.release();
  CHECK(order == std::vector{0, 1, 2});
  turn.release();
  CHECK(order.size() == 3);
}

TEST_CASE("a turn that fails releases nothing, and what its effects owned is destroyed") {
  int happened = 0;
  const auto owned = std::make_shared<int>();
  Effects turn;
  Effects::collect_into(&turn);
  Effects::release_or_hold([&happened, owned] { ++happened; });
  Effects::collect_into(nullptr);
  turn.drop();
  turn.release();
  CHECK(happened == 0);
  CHECK(owned.use_count() == 1);
}

TEST_CASE("interleaved turns on one thread have separate effects") {
  std::vector<char> order;
  Effects a, b;
  Effects::collect_into(&a);
  Effects::release_or_hold([&] { order.push_back('a'); });
  CHECK(Effects::collect_into(&b) == &a);  // a is switched out, b runs
  Effects::release_or_hold([&] { order.push_back('b'); });
  CHECK(Effects::collect_into(&a) == &b);
  Effects::release_or_hold([&] { order.push_back('A'); });
  Effects::collect_into(nullptr);
  b.release();
  a.release();
  CHECK(order == std::vector{'b', 'a', 'A'});
}

TEST_CASE("effects that a released effect causes are not held") {
  int happened = 0;
  Effects turn;
  Effects::collect_into(&turn);
  Effects::release_or_hold([&] { Effects::release_or_hold([&] { ++happened; }); });
  Effects::collect_into(nullptr);
  turn.release();
  CHECK(happened == 1);
  CHECK(turn.size() == 0);
}
