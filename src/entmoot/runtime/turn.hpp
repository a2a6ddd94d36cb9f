// SPDX-License-Identifier: MIT

#pragma once

// A turn: one message taken through a room's heap. Enter, call, drain the microtasks, then let its effects go, all of
// them or none.
//
// It runs on a fiber in time slices and can be in the middle of anything when a slice ends. Three ways lead out:
//   done       the body has returned; the effects are kept until the room releases them
//   dropped    over its CPU time, out of memory, or a chain of microtasks without an end: the fiber is forgotten where
//              it is and the heap must not be entered again
//   waiting    Beam.callSync waits for a handler; wake() makes it go on
//
// One a room, reused; belongs to the room's shard.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/base/error.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/core/fiber.hpp>
#include <entmoot/js/runtime.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/js_shard.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace entmoot {

/// One way into the room, with texts of its own (js::Entry only points at them).
struct Input {
  js::Entry::Kind kind = js::Entry::Kind::evaluate;
  std::uint64_t id = 0;
  bool ok = true;
  std::string name = {};
  JsonText json = {};
  std::optional<SharedBytes> bytes = {};
};

class Turn {
 public:
  enum class State { idle, running, waiting, done, dropped };

  /// All outlive the turn.
  Turn(JsShard& js, js::Runtime& runtime, const Clock& clock, const Budget& budget);

  [[nodiscard]] State state() const noexcept { return state_; }
  /// Only when idle.
  void start(Input input);
  /// One slice, when running.
  State run_slice();
  /// After done: the room has dealt with the effects.
  void finish() noexcept;
  /// Ends it where it is.
  void drop(Error reason) noexcept;

  [[nodiscard]] Effects& effects() noexcept { return effects_; }
  [[nodiscard]] const Input& input() const noexcept { return input_; }
  /// Why it was dropped, or why the body was interrupted.
  [[nodiscard]] const std::optional<Error>& trouble() const noexcept { return trouble_; }
  [[nodiscard]] Duration cpu_used() const noexcept { return cpu_used_; }

  // --- from the body, on the fiber

  /// The engine polls: switches out if the slice is over. True: out of memory, the body has to end.
  [[nodiscard]] bool interrupt() noexcept;
  /// The body is about to wait (Slicer::yield).
  void wait() noexcept { state_ = State::waiting; }
  /// What it waited for is there.
  void wake() noexcept { state_ = State::running; }
  /// Counts bytes that go into the world. False: too many, the turn will be dropped.
  bool charge_effect(std::size_t bytes) noexcept;

 private:
  void charge_cpu(TimePoint began, TimePoint cpu_began);
  static void body(void* self);
  static void exhausted(void* self);

  JsShard& js_;
  js::Runtime& runtime_;
  const Clock& clock_;
  const Budget& budget_;

  State state_ = State::idle;
  Input input_;
  js::Entry entry_;
  Fiber fiber_;
  Effects effects_;
  std::size_t effect_bytes_ = 0;
  bool first_slice_ = true;
  Duration cpu_used_{};
  js::Ended ended_ = js::Ended::done;
  std::optional<Error> trouble_;
};

}  // namespace entmoot
