// SPDX-License-Identifier: MIT

#include <entmoot/phoenix/causal_context.hpp>

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

using namespace entmoot;

namespace {

constexpr ReplicaId a{1};
constexpr ReplicaId b{2};

std::vector<Dot> ends_of(const CausalContext& context) {
  std::vector<Dot> ends;
  context.for_each_run([&](Dot first, Dot last) {
    ends.push_back(first);
    ends.push_back(last);
  });
  return ends;
}

}  // namespace

TEST_CASE("a context without gaps is one run for each replica") {
  CausalContext context;
  for (std::uint64_t clock = 1; clock <= 100; ++clock) context.add({a, clock});
  context.add({b, 1});
  CHECK(ends_of(context) == std::vector<Dot>{{a, 1}, {a, 100}, {b, 1}, {b, 1}});
  CHECK(context.latest(a) == 100);
  CHECK(context.latest(ReplicaId{3}) == 0);
}

TEST_CASE("a gap stays until the missing event is added") {
  CausalContext context;
  context.add({a, 1});
  context.add({a, 3});
  CHECK(!context.contains({a, 2}));
  CHECK(ends_of(context).size() == 4);
  context.add({a, 2});
  CHECK(ends_of(context) == std::vector<Dot>{{a, 1}, {a, 3}});
}

TEST_CASE("a context is the set of its dots, whatever is added, removed and merged") {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::set<Dot> dots[2];
    CausalContext contexts[2];
    const auto some_dot = [&] { return Dot{random() % 2 == 0 ? a : b, 1 + random() % 12}; };
    for (int step = 0; step < 40; ++step) {
      const std::size_t which = random() % 2;
      const Dot dot = some_dot();
      switch (random() % 8) {
        case 0:
          contexts[which].merge(contexts[1 - which]);
          dots[which].insert(dots[1 - which].begin(), dots[1 - which].end());
          break;
        case 1:
        case 2:
          contexts[which].remove(dot);
          dots[which].erase(dot);
          break;
        default: contexts[which].add(dot); dots[which].insert(dot);
      }
    }
    for (const std::size_t which : {0U, 1U}) {
      CausalContext anew;
      for (const Dot dot : dots[which]) anew.add(dot);
      CHECK(contexts[which] == anew);
      for (std::uint64_t clock = 1; clock <= 14; ++clock) {
        for (const ReplicaId replica : {a, b}) {
          CHECK(contexts[which].contains({replica, clock}) == dots[which].contains({replica, clock}));
        }
      }
    }
  }
}
