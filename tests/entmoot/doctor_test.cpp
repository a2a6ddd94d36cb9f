// SPDX-License-Identifier: MIT

#include <entmoot/doctor.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

using namespace entmoot;
using namespace entmoot_app;

namespace {

using Level = Finding::Level;

/// A machine on which nothing is wrong.
Machine good_machine() {
  return {.kernel = "Linux 6.1",
          .descriptors_soft = 20'000,
          .descriptors_hard = 20'000,
          .memory = 4096 * MiB,
          .backlog_max = 4096,
          .now = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)),
          .data = Machine::Disk{.free = 100'000 * MiB, .size = 200'000 * MiB}};
}

App app_with(Config config = {}, bool durable = false) {
  RoomRoutes routes;
  RoomRoute route{.file = "rooms/a.ts",
                  .pattern = "a:*",
                  .topics = TopicPattern("a:*"),
                  .path = "",
                  .exports = {},
                  .limits = {},
                  .program = Program::load("a.ts", "").value()};
  route.exports.functions.insert("join");
  if (durable) route.limits.durability = Durability::full;
  routes.routes.push_back(std::make_shared<const RoomRoute>(std::move(route)));
  App app;
  app.folder = "/srv/app";
  app.config = std::move(config);
  app.hosted = std::make_shared<const HostedApp>(HostedApp{std::make_shared<const RoomRoutes>(std::move(routes)), {}});
  return app;
}

Finding finding(const App& app, const Machine& machine, std::string_view subject) {
  const auto all = examine(app, machine);
  const auto found = std::ranges::find(all, subject, &Finding::subject);
  REQUIRE(found != all.end());
  return *found;
}

}  // namespace

TEST_CASE("on a good machine with the defaults everything is in order, and nothing is advised") {
  for (const bool durable : {false, true}) {
    for (const Finding& each : examine(app_with({}, durable), good_machine())) {
      CAPTURE(each.subject);
      CHECK(each.level == Level::ok);
      CHECK(each.advice.empty());
    }
  }
}

TEST_CASE("each fault is found, with advice") {
  struct Fault {
    std::string_view subject;
    Level level;
    void (*plant)(Machine&, Config&);
  };
  const Fault faults[] = {
      {"open files", Level::warning, [](Machine& m, Config&) { m.descriptors_soft = 1024; }},
      {"memory", Level::warning, [](Machine& m, Config&) { m.memory = 100 * MiB; }},
      {"memory", Level::warning, [](Machine&, Config& c) { c.node.memory = 8192 * MiB; }},
      {"address space", Level::error, [](Machine& m, Config&) { m.address_space = 1024 * MiB; }},
      {"address space", Level::warning, [](Machine& m, Config&) { m.strict_overcommit = true; }},
      {"backlog", Level::warning, [](Machine& m, Config&) { m.backlog_max = 128; }},
      {"disk", Level::warning, [](Machine& m, Config&) { m.data->free = 10 * MiB; }},
      {"disk", Level::warning, [](Machine& m, Config&) { m.data->in_memory = true; }},
      {"disk", Level::error, [](Machine& m, Config&) { m.data.reset(); }},
      {"clock", Level::warning, [](Machine& m, Config&) { m.clock_is_synchronized = false; }},
      {"clock", Level::error, [](Machine& m, Config&) { m.now = {}; }},
      {"origins", Level::warning, [](Machine&, Config& c) { c.origins.check = OriginPolicy::Check::off; }},
      {"tokens", Level::warning, [](Machine&, Config& c) { c.listener.address = "0.0.0.0"; }},
      {"tokens", Level::warning, [](Machine&, Config& c) { c.proxy = true; }},
      {"server", Level::error, [](Machine& m, Config&) { m.port_is_free = false; }},
  };
  for (const auto& [subject, level, plant] : faults) {
    CAPTURE(subject);
    Machine machine = good_machine();
    Config config;
    plant(machine, config);
    const Finding found = finding(app_with(config, true), machine, subject);
    CHECK(found.level == level);
    CHECK_FALSE(found.advice.empty());
  }
}

TEST_CASE("the disk is of no interest without durable rooms") {
  Machine machine = good_machine();
  machine.data.reset();
  CHECK(finding(app_with(), machine, "disk").level == Level::ok);
}

TEST_CASE("this machine can be looked at") {
  const Machine machine = look_at_machine(app_with({.listener = {.port = 0}}));
  CHECK(machine.descriptors_soft > 0);
  CHECK(machine.memory > 0);
  CHECK(machine.data.has_value());
  CHECK(machine.port_is_free);
  CHECK_FALSE(machine.server_runs);
}
