// SPDX-License-Identifier: MIT

#pragma once

// A turn: the processing of one message in a room's heap. It enters the heap, calls the script and drains the
// microtasks; then its effects are released, all of them or none.
//
// It runs on a fiber in time slices, and can be at any point when a slice ends. Its outcomes:
//   done       the body has returned; the effects are held until the room releases them
//   dropped    it exceeded its CPU time, memory, output or microtasks: the fiber is forgotten where it is, and the heap
//              must not be entered again
//   waiting    Beam.callSync waits for a handler; wake() lets it continue
//
// One per room, reused; used on the room's shard.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/base/error.hpp>
#include <entmoot/base/memory_account.hpp>
#include <entmoot/core/effects.hpp>
#include <entmoot/core/fiber.hpp>
#include <entmoot/js/runtime.hpp>
#include <entmoot/runtime/budget.hpp>
#include <entmoot/runtime/input.hpp>
#include <entmoot/runtime/js_shard.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace entmoot {

class Turn {
 public:
  enum class State { idle, running, waiting, done, dropped };

  /// All arguments outlive the turn.
  Turn(JsShard& js, js::Runtime& runtime, const Clock& clock, const Budget& budget,
       std::shared_ptr<MemoryAccount> account);

  [[nodiscard]] State state() const noexcept { return state_; }
  /// Whether a turn may be dropped for the CPU time that it takes: not one that is replayed, which has succeeded.
  enum class CpuLimit : std::uint8_t { applies, none };
  /// Only when idle.
  void start(Input input, CpuLimit limit = CpuLimit::applies);
  /// Runs one slice. Only when running.
  State run_slice();
  /// Called after `done`, when the effects have been released or dropped.
  void finish() noexcept;
  /// Drops the turn at the point where it is.
  void drop(Error reason) noexcept;

  [[nodiscard]] Effects& effects() noexcept { return effects_; }
  /// What is charged for the input and the effects; for whoever takes the effects. Only when done.
  [[nodiscard]] MemoryCharge take_charge() noexcept;
  [[nodiscard]] const Input& input() const noexcept { return input_; }
  /// The error with which the turn was dropped, or its body interrupted.
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
  [[nodiscard]] Duration cpu_used() const noexcept { return cpu_used_; }

  // --- from the body, on the fiber

  /// Called when the engine polls; switches out if the slice is over. True: out of memory, the body must end.
  [[nodiscard]] bool interrupt() noexcept;
  /// The body is about to wait (Slicer::yield).
  void wait() noexcept { state_ = State::waiting; }
  /// The body can continue.
  void wake() noexcept { state_ = State::running; }
  /// Counts bytes of output, which the turn holds until finish(). If there are too many, the turn will be dropped.
  void charge_effect(std::size_t bytes) noexcept;
  /// Counts bytes of output that are held elsewhere.
  void charge_output(std::size_t bytes) noexcept;

 private:
  [[nodiscard]] std::optional<Error> output_error() const;
  void charge_cpu(TimePoint began, TimePoint cpu_began);
  static void body(void* self);
  static void exhausted(void* self);
  static void long_work(void* self);

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
  MemoryCharge held_;             // the input and the effects
  bool account_is_full_ = false;  // the account had no room for an effect
  bool first_slice_ = true;
  CpuLimit cpu_limit_ = CpuLimit::applies;
  Duration cpu_used_{};
  js::Ended ended_ = js::Ended::done;
  std::optional<Error> error_;
};

}  // namespace entmoot
