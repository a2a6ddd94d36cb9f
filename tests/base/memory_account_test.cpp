// SPDX-License-Identifier: MIT

#include <entmoot/base/memory_account.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <utility>

using namespace entmoot;

TEST_CASE("an account accepts bytes up to its limit, and gets them back when their charge is destroyed") {
  const auto account = std::make_shared<MemoryAccount>(100);
  MemoryCharge first(account);
  CHECK(first.add(60));
  {
    MemoryCharge second(account);
    CHECK_FALSE(second.add(41));
    CHECK(account->used() == 60);
    CHECK(second.add(40));
    CHECK_FALSE(account->has_room_for(1));
  }
  CHECK(account->used() == 60);
  first.remove(10);
  CHECK(account->used() == 50);
  first.clear();
  CHECK(account->used() == 0);
}

TEST_CASE("what is held in any case may exceed the limit, and then nothing more is accepted") {
  const auto account = std::make_shared<MemoryAccount>(100);
  MemoryCharge restored(account, 500);
  CHECK(account->used() == 500);
  CHECK_FALSE(account->has_room_for(0));
  MemoryCharge more(account);
  CHECK_FALSE(more.add(1));
  account->set_limit(1000);
  CHECK(more.add(500));
}

TEST_CASE("a moved charge returns its bytes once, and an assigned one returns what it held before") {
  const auto account = std::make_shared<MemoryAccount>(100);
  MemoryCharge first(account, 30);
  MemoryCharge second(std::move(first));
  CHECK(account->used() == 30);
  MemoryCharge third(account, 20);
  third = std::move(second);
  CHECK(account->used() == 30);
  CHECK(third.bytes() == 30);
}

TEST_CASE("a charge without an account counts nothing and accepts everything") {
  MemoryCharge none;
  CHECK(none.add(1'000'000));
  none.remove(5);
  none.clear();
  CHECK(none.bytes() == 0);
}

TEST_CASE("a charge may outlive the party whose account it is on") {
  auto account = std::make_shared<MemoryAccount>(100);
  MemoryCharge held(account, 10);
  account.reset();
  held.clear();
}

TEST_CASE("the function that waits for bytes to be returned is called once") {
  const auto account = std::make_shared<MemoryAccount>(100);
  MemoryCharge held(account, 100);
  int calls = 0;
  account->when_returned([&] { ++calls; });
  held.remove(0);
  CHECK(calls == 0);
  held.remove(1);
  held.remove(1);
  CHECK(calls == 1);
}
