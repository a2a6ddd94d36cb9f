// SPDX-License-Identifier: MIT

#include "probe.hpp"

#include <entmoot/otp/supervisor.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

struct TreeFixture : OtpFixture {
  std::vector<std::string> events;        // "+a" for a start, "-a" for an end
  std::map<std::string, Probe*> started;  // the latest of each id
  std::map<std::string, int> failing;     // how many of the next starts fail

  struct Noted final : Probe {
    Noted(Shard& on, std::string name, std::vector<std::string>& log) : Probe(on), id(std::move(name)), events(log) {}
    ~Noted() override { exit(ExitReason::shutdown()); }
    void ended(const ExitReason&) override { events.push_back("-" + id); }
    std::string id;
    std::vector<std::string>& events;
  };

  ChildSpec spec(std::string id, Restart restart = Restart::permanent) {
    auto start = [this, id](Shard& on) -> Result<std::unique_ptr<Actor>> {
      if (failing[id] > 0) {
        --failing[id];
        events.push_back("!" + id);
        return fail(ErrorCode::failed, "no luck");
      }
      events.push_back("+" + id);
      auto actor = std::make_unique<Noted>(on, id, events);
      started[id] = actor.get();
      return actor;
    };
    return {.id = std::move(id), .start = std::move(start), .restart = restart};
  }
  void end(const std::string& id, ExitReason reason = ExitReason::crash("boom")) {
    started.at(id)->exit(std::move(reason));
    settle();
  }
  using Events = std::vector<std::string>;
};

}  // namespace

TEST_CASE_FIXTURE(TreeFixture, "children start in order and end in reverse") {
  auto tree = *Supervisor::start(shard, {spec("a"), spec("b"), spec("c")});
  CHECK(events == Events{"+a", "+b", "+c"});
  CHECK(tree->count_children() == ChildCounts{.specs = 3, .active = 3});
  tree->exit(ExitReason::shutdown());
  CHECK(events == Events{"+a", "+b", "+c", "-c", "-b", "-a"});
  settle();
  CHECK(tree->count_children().active == 0);
}

TEST_CASE_FIXTURE(TreeFixture, "a supervisor that is destroyed ends its children in reverse") {
  Supervisor::start(shard, {spec("a"), spec("b")})->reset();
  settle();
  CHECK(events == Events{"+a", "+b", "-b", "-a"});
}

TEST_CASE_FIXTURE(TreeFixture, "if a child cannot be started, those before it are ended and the rest is not tried") {
  failing["b"] = 1;
  const auto tree = Supervisor::start(shard, {spec("a"), spec("b"), spec("c")});
  REQUIRE_FALSE(tree.has_value());
  CHECK(tree.error().reason == "failed to start child \"b\": no luck");
  CHECK(events == Events{"+a", "!b", "-a"});
  CHECK(Supervisor::start(shard, {spec("a"), spec("a")}).error().reason == "duplicate child \"a\"");
}

TEST_CASE_FIXTURE(TreeFixture, "one for one: only the child that crashed is started again") {
  auto tree = *Supervisor::start(shard, {spec("a"), spec("b")});
  end("a");
  CHECK(events == Events{"+a", "+b", "-a", "+a"});
  CHECK(tree->which_children()[0].failures == 1);
  CHECK(tree->which_children()[1].failures == 0);
}

TEST_CASE_FIXTURE(TreeFixture,
                  "permanent children restart after any exit, transient ones after a crash, temporary ones never") {
  auto tree = *Supervisor::start(
      shard, {spec("permanent"), spec("transient", Restart::transient), spec("temporary", Restart::temporary)},
      {.max_restarts = 100});
  const auto state = [&](std::string_view id) -> std::string {
    for (const auto& child : tree->which_children()) {
      if (child.id == id) return std::string(to_string(child.state));
    }
    return "dropped";
  };
  end("permanent", ExitReason::normal());
  CHECK(state("permanent") == "running");
  end("permanent", ExitReason::shutdown());
  CHECK(state("permanent") == "running");
  end("transient", ExitReason::killed());
  CHECK(state("transient") == "running");
  end("transient", ExitReason::normal());
  CHECK(state("transient") == "ended");
  end("temporary");
  CHECK(state("temporary") == "dropped");
}

TEST_CASE_FIXTURE(TreeFixture,
                  "the fourth restart in five seconds, of whichever children, ends all and the supervisor") {
  auto tree = *Supervisor::start(shard, {spec("a"), spec("b")});
  std::optional<ExitReason> reason;
  tree->monitor([&](const ExitReason& why) { reason = why; });
  end("a");
  end("b");
  end("a");
  CHECK_FALSE(reason);
  advance(5s);
  events.clear();
  end("b");
  CHECK(reason == ExitReason::shutdown());
  CHECK(events == Events{"-b", "-a"});
}

TEST_CASE_FIXTURE(TreeFixture, "restarts that are spread out never end a supervisor") {
  auto tree = *Supervisor::start(shard, {spec("a"), spec("b")});
  for (int i = 0; i < 100; ++i) {
    end(i % 2 ? "a" : "b");
    advance(2s);
  }
  CHECK(tree->alive());
}

TEST_CASE_FIXTURE(TreeFixture, "a restart whose start fails is tried again, and each attempt counts") {
  auto tree = *Supervisor::start(shard, {spec("a")});
  failing["a"] = 2;
  end("a");
  CHECK(tree->alive());
  CHECK(events == Events{"+a", "-a", "!a", "!a", "+a"});
  CHECK(tree->which_children()[0].failures == 3);
  advance(10s);
  failing["a"] = 100;
  events.clear();
  end("a");
  CHECK_FALSE(tree->alive());
  CHECK(events == Events{"-a", "!a", "!a", "!a"});
}

TEST_CASE_FIXTURE(TreeFixture, "a supervisor may be a child: its restart restarts all its children") {
  auto inner = [&](Shard& on) -> Result<std::unique_ptr<Actor>> {
    auto made = Supervisor::start(on, {spec("a"), spec("b")}, {.max_restarts = 0});
    if (!made) return made.error();
    return std::unique_ptr<Actor>(*std::move(made));
  };
  auto tree = *Supervisor::start(shard, {ChildSpec{.id = "inner", .start = inner}, spec("c")});
  events.clear();
  end("a");
  CHECK(events == Events{"-a", "-b", "+a", "+b"});
  CHECK(tree->alive());
  events.clear();
  tree->exit(ExitReason::shutdown());
  CHECK(events == Events{"-c", "-b", "-a"});
}

TEST_CASE_FIXTURE(TreeFixture, "a supervisor answers every message with an error") {
  auto tree = *Supervisor::start(shard, {});
  std::vector<std::string> answers;
  tree->ref().mailbox().push(call("echo", noting(answers)));
  settle();
  CHECK(answers == std::vector<std::string>{"error: a supervisor accepts no messages"});
}
