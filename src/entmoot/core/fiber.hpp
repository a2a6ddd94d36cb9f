// SPDX-License-Identifier: MIT

#pragma once

// A fiber is a function call that can be suspended at any point and resumed later, on the same thread.
//
//   fiber.start(pool, body, argument)   takes a stack; nothing runs yet
//   fiber.resume()                      runs body until it suspends or returns
//   Fiber::suspend()                    inside body, or inside a signal handler on its stack: returns to resume()
//   fiber.forget()                      drops a suspended call: the stack is returned to the pool, nothing is unwound
//
// forget() is the reason not to use boost::context::fiber, whose destructor unwinds the stack: a room that is dropped
// in the middle of the engine's C code (or of a signal frame on top of it) has nothing to unwind. The price is a rule:
// below `body`, no object with a destructor may be alive at a point where the fiber can be suspended.
//
// Boost.Context (fcontext) does the switch. The sanitizers are notified of each one.

#include <entmoot/core/stack_pool.hpp>

#include <cstdint>

namespace entmoot {

class Fiber {
 public:
  using Body = void (*)(void* argument);

  Fiber() = default;
  ~Fiber() { forget(); }
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Prepares a call of `body(argument)` on a stack from `pool`, which must outlive it. Only when not alive().
  void start(StackPool& pool, Body body, void* argument);
  /// Runs until the body suspends (true) or returns (false; the stack is back in the pool). Not from another fiber.
  bool resume();
  /// Switches back to the caller of resume(); returns when the fiber is resumed again. Async-signal-safe.
  static void suspend() noexcept;
  /// Drops the call in progress, if any, without running another instruction of it.
  void forget() noexcept;

  /// Whether a call is in progress.
  [[nodiscard]] bool alive() const noexcept { return context_ != nullptr || running_; }
  /// The fiber that runs on this thread, or nullptr.
  [[nodiscard]] static Fiber* current() noexcept;

 private:
  struct Switch;  // the code that touches fcontext and the sanitizers

  StackPool* pool_ = nullptr;
  Stack stack_;
  Body body_ = nullptr;
  void* argument_ = nullptr;
  void* context_ = nullptr;  // of the fiber, while switched out
  void* back_ = nullptr;     // context of the caller of resume(), while running
  bool running_ = false;
  bool finished_ = false;
  // For the sanitizers; unused without them.
  void* own_shadow_ = nullptr;
  void* back_shadow_ = nullptr;
  const void* back_bottom_ = nullptr;
  std::size_t back_bytes_ = 0;
};

}  // namespace entmoot
