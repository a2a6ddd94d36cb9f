// SPDX-License-Identifier: MIT

#include "probe.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/otp/registry.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <thread>

using namespace entmoot;

namespace {

struct RegistryFixture {
  ManualClock clock;
  Shards shards{1, clock};
  Shard& shard = shards[0];
  Shard::Scope presence{shard};
  Registry registry{shards};
};

}  // namespace

TEST_CASE_FIXTURE(RegistryFixture, "a registered actor is found under its name") {
  Probe actor(shard);
  CHECK_FALSE(registry.lookup("lobby"));
  CHECK(registry.register_name("lobby", actor).has_value());
  CHECK(registry.lookup("lobby") == actor.ref());
  CHECK_FALSE(registry.lookup("kitchen"));
  registry.unregister_name("lobby");
  registry.unregister_name("lobby");
  CHECK_FALSE(registry.lookup("lobby"));
}

TEST_CASE_FIXTURE(RegistryFixture, "registering a taken name returns already_started with the registered actor") {
  Probe first(shard), second(shard);
  CHECK(registry.register_name("lobby", first).has_value());
  const auto conflict = registry.register_name("lobby", second);
  REQUIRE_FALSE(conflict.has_value());
  CHECK(conflict.error().existing == first.ref());
  CHECK(conflict.error().error().reason == "already_started");
  CHECK(registry.lookup("lobby") == first.ref());
}

TEST_CASE_FIXTURE(RegistryFixture, "an actor may have several names, and its end frees them all") {
  auto actor = std::make_unique<Probe>(shard);
  CHECK(registry.register_name("a", *actor).has_value());
  CHECK(registry.register_name("b", *actor).has_value());
  CHECK(registry.count() == 2);
  actor.reset();
  CHECK_FALSE(registry.lookup("a"));  // at once, also before the monitors report
  CHECK(registry.count() == 2);
  shard.poll();
  CHECK(registry.count() == 0);
}

TEST_CASE_FIXTURE(RegistryFixture,
                  "a name whose actor has ended is free at once, and its late monitor keeps a new registration") {
  Probe first(shard), second(shard);
  CHECK(registry.register_name("lobby", first).has_value());
  first.exit(ExitReason::crash("boom"));
  CHECK(registry.register_name("lobby", second).has_value());
  while (shard.poll()) {
  }
  CHECK(registry.lookup("lobby") == second.ref());
}

TEST_CASE_FIXTURE(RegistryFixture,
                  "a message to a name reaches the registered actor; without one it is answered noproc") {
  Probe actor(shard);
  CHECK(registry.register_name("lobby", actor).has_value());
  std::vector<std::string> answers;
  const auto noting = [&] {
    return ReplyTo(shard, [&](Result<JsonText> answer) {
      answers.push_back(answer ? std::string(answer->view()) : answer.error().reason);
    });
  };
  registry.send("lobby", call("echo", noting()));
  while (shard.poll()) {
  }
  actor.exit(ExitReason::normal());
  registry.send("lobby", call("echo", noting()));
  while (shard.poll()) {
  }
  CHECK(answers == std::vector<std::string>{"[1]", "noproc"});
}

TEST_CASE(
    "one of two registrations of a key from different threads succeeds, and the other gets the registered actor") {
  constexpr int keys = 1000, askers = 4;
  Shards shards(3);
  Registry registry(shards);
  std::vector<std::atomic<int>> won(keys);
  std::vector<std::unique_ptr<Probe>> actors(keys * askers);  // each touched on its shard only
  std::latch all(keys * askers), gone(keys);
  shards.start();
  std::vector<std::thread> threads;
  for (int asker = 0; asker < askers; ++asker) {
    threads.emplace_back([&, asker] {
      for (int key = 0; key < keys; ++key) {
        const std::string name = std::to_string(key);
        shards.home_of(name).post([&, name, key, asker] {
          auto& actor = actors[static_cast<std::size_t>(key * askers + asker)];
          actor = std::make_unique<Probe>(Shard::here());
          if (const auto registered = registry.register_name(name, *actor)) {
            ++won[static_cast<std::size_t>(key)];
          } else {
            CHECK(registered.error().existing == registry.lookup(name));
          }
          all.count_down();
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  all.wait();
  for (int key = 0; key < keys; ++key) {
    shards.home_of(std::to_string(key)).post([&, key] {
      for (int asker = 0; asker < askers; ++asker) actors[static_cast<std::size_t>(key * askers + asker)].reset();
      gone.count_down();
    });
  }
  gone.wait();
  shards.stop_and_join();
  for (const auto& winners : won) REQUIRE(winners == 1);
}
