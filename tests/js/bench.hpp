// SPDX-License-Identifier: MIT

#pragma once

#include <entmoot/base/json.hpp>
#include <entmoot/core/fiber.hpp>
#include <entmoot/core/slicer.hpp>
#include <entmoot/js/host.hpp>
#include <entmoot/js/runtime.hpp>
#include <entmoot/js/script.hpp>
#include <entmoot/js/stack.hpp>
#include <entmoot/js/template_heap.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace entmoot::js {

// A room without a server: its host records the calls.
struct Bench : Host {
  ManualClock clock;
  Slicer slicer_{clock, {}};
  StackPool stacks{fiber_stack_bytes};
  RegionArena arena;
  std::shared_ptr<const TemplateHeap> heap;
  HeapLimits limits;
  std::unique_ptr<Runtime> runtime;
  Fiber fiber;
  Entry entry;
  Ended ended = Ended::done;
  std::vector<std::string> said;
  void* ran_at = nullptr;  // where the stack of the last turn began
  bool started = false;
  bool stop = false;
  bool exhausted = false;

  explicit Bench(std::string_view source, HeapLimits with = {}) : Bench(compiled(source), with) {}
  explicit Bench(std::shared_ptr<const ModuleGraph> graph, HeapLimits with = {}, const TemplateOptions& options = {})
      : limits(with) {
    auto built = TemplateHeap::build(std::move(graph), options);
    REQUIRE_MESSAGE(built.has_value(), built.error().reason);
    heap = *built;
    fresh();
  }

  static std::shared_ptr<const ModuleGraph> compiled(std::string_view source) {
    auto script = compile_script("room.ts", source);
    REQUIRE_MESSAGE(script.has_value(), script.error().reason);
    return *script;
  }

  void fresh() {
    fiber.forget();
    runtime.reset();
    runtime = std::make_unique<Runtime>(arena, *heap, limits, *this);
    started = exhausted = false;
    runtime->heap().on_exhausted(
        [](void* self) {
          static_cast<Bench*>(self)->exhausted = true;
          Fiber::suspend();  // and is never resumed
        },
        this);
  }

  // Runs one entry to its end, or until the heap is exhausted.
  Ended run(Entry what) {
    entry = what;
    fiber.start(
        stacks,
        [](void* self) {
          auto& bench = *static_cast<Bench*>(self);
          bench.ran_at = __builtin_frame_address(0);
          bench.ended = bench.runtime->run(bench.entry, 1'000'000);
        },
        this);
    while (slicer_.run(fiber) && !exhausted) {
    }
    return ended;
  }
  Ended start() { return run({}); }
  Ended invoke(std::uint64_t call, std::string_view name, std::string_view args = "[]") {
    return run({.kind = Entry::Kind::invoke, .id = call, .text = name, .json = args});
  }

  Slicer& slicer() noexcept override { return slicer_; }
  void answer(std::uint64_t call, Outcome outcome, Value value, std::string_view extra) override {
    if (call == 0 && outcome == Outcome::ok) {
      started = true;
      return;
    }
    const char* how = outcome == Outcome::ok ? " ok " : outcome == Outcome::refused ? " refused " : " error ";
    said.push_back(std::to_string(call) + how + shown(value));
    if (outcome != Outcome::threw && !extra.empty()) said.back().append(" ").append(extra);
  }
  static std::string shown(const Value& value) {
    switch (value.kind) {
      case Value::Kind::bytes: return fmt::format("<{}>", value.content);
      case Value::Kind::number: return fmt::format("{}", value.number);
      case Value::Kind::text:
      case Value::Kind::json: break;
    }
    return std::string(value.content);
  }
  bool post(std::string_view channel, std::string_view json) override {
    said.push_back("post " + std::string(channel) + " " + std::string(json));
    return true;
  }
  bool command(std::string_view name, std::span<const Value> operands) override {
    said.emplace_back(name);
    for (const Value& operand : operands) said.back().append(" ").append(shown(operand));
    return true;
  }
  bool call(std::uint64_t id, std::string_view name, std::string_view args) override {
    said.push_back("call " + std::to_string(id) + " " + std::string(name) + " " + std::string(args));
    return name != "refused";
  }
  Waited call_sync(std::string_view name, std::string_view args) override {
    said.push_back("callSync " + std::string(name) + " " + std::string(args));
    return name == "error" ? Waited::error : Waited::value;
  }
  Waited call_sync_result() override { return Waited::value; }
  std::string_view result() const noexcept override { return "[42]"; }
  std::uint32_t start_timer(double ms, bool repeat) override {
    said.push_back("timer " + std::to_string(static_cast<int>(ms)) + (repeat ? " repeat" : ""));
    return 7;
  }
  void stop_timer(std::uint32_t id) override { said.push_back("stop " + std::to_string(id)); }
  void report_error(Uncaught kind, std::string_view message, std::string_view) override {
    said.push_back("uncaught " + std::to_string(static_cast<int>(kind)) + ": " + std::string(message));
  }
  void log(log::Level level, std::string_view line) override {
    said.push_back("log " + std::to_string(static_cast<int>(level)) + " " +
                   std::string(line.substr(0, line.find('\n'))));
  }
  double random() noexcept override { return 0.25; }
  void random_bytes(std::span<std::uint8_t> bytes) noexcept override { std::ranges::fill(bytes, std::uint8_t{7}); }
  double uptime() noexcept override { return 125; }
  double wall_clock() noexcept override { return static_cast<double>(clock.wall().now().time_since_epoch().count()); }
  bool interrupt() noexcept override {
    slicer_.poll();
    return stop;
  }
};

}  // namespace entmoot::js
