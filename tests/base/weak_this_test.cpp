// SPDX-License-Identifier: MIT

#include <entmoot/base/weak_this.hpp>

#include <doctest/doctest.h>

#include <optional>

using namespace entmoot;

namespace {

struct Owner {
  int value = 1;
  WeakThis<Owner> self{this};
};

}  // namespace

TEST_CASE("a weak reference returns its object until the object is destroyed") {
  std::optional<Owner> owner(std::in_place);
  const auto ref = owner->self.ref();
  const auto copy = ref;
  REQUIRE(ref.get() == &*owner);
  CHECK(copy.get()->value == 1);
  owner.reset();
  CHECK(ref.get() == nullptr);
  CHECK(copy.get() == nullptr);
}

TEST_CASE("an object that ends before it is destroyed invalidates its references") {
  Owner owner;
  const auto ref = owner.self.ref();
  owner.self.invalidate();
  CHECK(ref.get() == nullptr);
  CHECK(owner.self.ref().get() == nullptr);
}
