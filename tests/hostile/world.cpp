// SPDX-License-Identifier: MIT

#include "world.hpp"

#include "input.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

namespace entmoot::hostile {

using namespace std::chrono_literals;

namespace {

// The time that one reading of the manual clock takes. A slice is then five polls of the engine, a turn two hundred.
constexpr Duration clock_step = 200us;
constexpr Duration turn_cpu = with_force ? 150ms : 40ms;
// How long a script may take in all before the test gives up on it, in rounds of the loop and in real time.
constexpr Duration patience = 60s;
// How many times the neighbour is pinged after the script has answered, while time passes for the room's timers.
constexpr int pings_afterwards = 50;

// A pending call sets a timer, which reads the clock; more calls than these do not fit into a short turn.
constexpr std::size_t handler_calls_max = 100;
// High enough that a chain of microtasks runs out of time first on any machine.
constexpr std::size_t microtasks_max = 1'000'000'000;

Budget hostile_budget() {
  return {.heap = {.hard = 4 * MiB},
          .turn_cpu = turn_cpu,
          .microtasks_max = microtasks_max,
          .handler_calls_max = handler_calls_max,
          .handler_timeout = 20ms};
}

Program load(const std::string& name, std::string_view source) {
  auto program = Program::load(name + ".js", source);
  REQUIRE_MESSAGE(program.has_value(), program.error().reason);
  return *program;
}

}  // namespace

Duration Outcome::median_wait() const {
  auto sorted = waits;
  std::ranges::sort(sorted, {}, &Wait::time);
  return sorted.empty() ? Duration::zero() : sorted[sorted.size() / 2].time;
}

Duration Outcome::longest_wait() const {
  return waits.empty() ? Duration::zero() : std::ranges::max_element(waits, {}, &Wait::time)->time;
}

World::World()
    : manual_clock_(clock_step),
      shards_(1, with_force ? Shards::steady() : static_cast<const Clock&>(manual_clock_)),
      shard_(shards_[0]),
      here_(shard_),
      registry_(shards_),
      js_(shard_, {.cpu_clock = with_force ? nullptr : &manual_clock_}),
      supervisor_(shard_, {.noun = "room"}),
      neighbours_(load("neighbour", "let n = 0; function ping() { return ++n; }")) {
  handlers_.on("now", [](const JsonText& args) -> Result<JsonText> { return args; });
  handlers_.on_later("later", [this](const JsonText& args, ReplyTo reply) {
    shard_.post([args, reply = std::move(reply)]() mutable { std::move(reply)(args); });
  });
  handlers_.on_later("silent", [this](const JsonText&, ReplyTo reply) { unanswered_.push_back(std::move(reply)); });
  handlers_.on_channel("chat", [](const JsonText&) -> Result<void> { return {}; });
  REQUIRE(room("neighbour").has_value());
  round();
}

World::~World() {
  supervisor_.stop();
  for (int i = 0; i < 10; ++i) round();
  unanswered_.clear();
  CHECK(js_.arena.in_use() == 0);
}

Result<std::unique_ptr<Actor>> World::start(const std::string& name) {
  const bool neighbour = name == "neighbour";
  auto server = std::make_unique<JsServer>(shard_, js_,
                                           JsServerOptions{.name = name,
                                                           .program = neighbour ? neighbours_ : *hostiles_,
                                                           .handlers = handlers_,
                                                           .budget = neighbour ? Budget{} : hostile_budget()});
  if (auto registered = registry_.register_name(name, *server); !registered) return registered.error().error();
  (neighbour ? neighbour_ : hostile_) = server.get();
  return server;
}

Result<ActorRef> World::room(const std::string& name) {
  return supervisor_.ensure_started(name, [this](std::string_view id) {
    return ChildSpec{.id = std::string(id),
                     .start = [this, id = std::string(id)](Shard&) { return start(id); },
                     .restart = Restart::temporary};
  });
}

void World::round() { (void)shard_.poll(); }

void World::let_time_pass() {
  if (with_force) {
    std::this_thread::sleep_for(500us);
  } else {
    manual_clock_.advance(1ms);
  }
}

World::Held World::held() const {
  return {js_.arena.in_use(), js_.stacks.in_use(), registry_.count(), supervisor_.count_children().active,
          shard_.pending_timers()};
}

Outcome World::run(const Script& script) {
  Outcome outcome;
  hostiles_ = load(script.name, script.source);
  const auto slices_of_all = [&] { return js_.slicer.counters().polled + js_.slicer.counters().forced; };
  const auto own_slices = [&] { return neighbour_->usage().slices; };
  const auto slices = [&] { return slices_of_all() - own_slices(); };
  const std::uint64_t slices_before = slices();

  const auto judged = std::make_shared<bool>(false);  // the room may end after this function
  const auto opened = room(script.name);
  REQUIRE(opened.has_value());
  hostile_->monitor([&, judged](const ExitReason& reason) {
    if (*judged) return;
    outcome.exit = reason;
    outcome.usage = hostile_->usage();
  });
  const bool waits_for_deadline =
      script.ends == Script::Ends::failed && script.what == std::vector<std::string>{"timeout"};
  opened->mailbox().push({.name = "run",
                          .args = JsonText::trusted(arguments_of(script.input)),
                          .reply = ReplyTo([&](Result<JsonText> answer) { outcome.answer = std::move(answer); }),
                          .deadline = waits_for_deadline ? shard_.clock().now() + 50ms : TimePoint::max()});

  // The neighbour is pinged again as soon as it has answered, or, when no room computes, every half millisecond.
  const ActorRef neighbour = registry_.lookup("neighbour");
  bool pinged = false;
  TimePoint asked{};
  std::uint64_t slices_then = 0;
  std::uint64_t own_then = 0;
  const auto serve = [&] {
    if (!pinged) {
      pinged = true;
      asked = shard_.clock().now();
      slices_then = slices();
      own_then = own_slices();
      neighbour.mailbox().push(
          {.name = "ping",
           .reply = ReplyTo([&](const Result<JsonText>& answer) {
             REQUIRE(answer.has_value());
             pinged = false;
             outcome.waits.push_back({shard_.clock().now() - asked, slices() - slices_then, own_slices() - own_then});
           })});
    }
    round();
  };
  const auto give_up_at = std::chrono::steady_clock::now() + patience;
  const auto in_time = [&] {
    if (std::chrono::steady_clock::now() < give_up_at) return true;
    supervisor_.stop();  // pending calls are answered while their callers exist
    FAIL(script.name << " does not end within its bounds");
    return false;
  };

  std::uint64_t slices_last = slices();
  const auto pass = [&] {
    serve();
    if (std::exchange(slices_last, slices()) == slices()) let_time_pass();  // no room computed
  };
  while (!outcome.answer && !outcome.exit && in_time()) pass();
  const bool will_end = script.ends == Script::Ends::dropped;
  for (int i = 0; i < (will_end ? 40 : 1) * pings_afterwards && !outcome.exit && in_time(); ++i) pass();
  while (pinged && in_time()) round();
  outcome.slices = slices() - slices_before;
  *judged = true;
  if (!outcome.exit) outcome.usage = hostile_->usage();

  // The next call: to the same room, or to a new one with that name.
  bool answered = false;
  if (const auto next = room(script.name)) {
    next->mailbox().push({.name = "ping", .reply = ReplyTo([&](const Result<JsonText>& answer) {
                                            answered = true;
                                            outcome.answers_afterwards = answer && answer->view() == "\"pong\"";
                                          })});
    while (!answered && in_time()) round();
  }
  (void)supervisor_.terminate_child(script.name, ExitReason::killed());
  unanswered_.clear();
  for (int i = 0; i < 10000 && shard_.poll(); ++i) {  // what it has posted does not delay the next script's neighbour
  }
  for (int i = 0; i < 100 && shard_.pending_timers(); ++i) {
    let_time_pass();
    round();
  }
  hostile_ = nullptr;
  return outcome;
}

}  // namespace entmoot::hostile
