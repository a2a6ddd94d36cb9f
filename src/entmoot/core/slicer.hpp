// SPDX-License-Identifier: MIT

#pragma once

// Time slices: preemption of rooms, so that a room in an endless loop shares its thread.
//
// A turn runs on a fiber. When its slice is over, the fiber is switched out and resumed in a later round of the loop.
// It is switched out in one of two ways:
//
//   at a poll  the engine polls every few thousand operations; poll() reads the clock.
//   by force   some of the engine's builtins never poll. A timer signal finds the fiber running past its slice, and if
//              the interrupted program counter lies in the engine's own text, the handler itself switches out, on top
//              of the frames it interrupted. sigreturn happens when the fiber is resumed.
//
// Force is sound in the engine's text only: the engine holds no lock there (Atomics are not installed), its memory is
// the room's own region, and nothing in its C frames has a destructor. Inside libc, the allocator or a host function
// the signal only sets a flag: host functions run between enter_host() and leave_host(), which checks the flag.
//
// If a tick past the slice falls outside the engine's text (a script that fills a megabyte again and again is nearly
// always in memset), the engine is made to poll at its next opportunity instead of after thousands of operations.
//
// The timer is armed by the first slice after a pause, and is disarmed at a tick that finds no slice since the previous
// tick. A busy shard thus makes no system call per turn, and an idle shard is not woken.
//
// Under AddressSanitizer and ThreadSanitizer only polls preempt: the sanitizers delay signals and do not know the
// frames that a handler leaves behind.

#include <entmoot/base/clock.hpp>
#include <entmoot/core/fiber.hpp>
#include <entmoot/core/sanitizers.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace entmoot {

/// A stretch of machine code.
struct CodeRange {
  const char* begin = nullptr;
  const char* end = nullptr;
  [[nodiscard]] bool contains(const void* at) const noexcept { return at >= begin && at < end; }
};

struct SlicerOptions {
  Duration slice = std::chrono::milliseconds(1);
  CodeRange preemptible = {};             ///< The code that may be preempted by force; empty: none.
  bool force = !with_asan && !with_tsan;  ///< Whether the timer is used.
};

/// One per thread, used on that thread only.
class Slicer {
 public:
  Slicer(const Clock& clock, SlicerOptions options) noexcept : clock_(clock), options_(options) {}
  ~Slicer();
  Slicer(const Slicer&) = delete;
  Slicer& operator=(const Slicer&) = delete;

  [[nodiscard]] Duration slice() const noexcept { return slice_; }
  /// Until the next call: slices are as long as `most`, but not longer than the options say.
  void limit_slice(Duration most) noexcept { slice_ = std::min(most, options_.slice); }

  /// Resumes `fiber` for one slice. Returns true if it was switched out, false if it finished. `poll_countdown`: the
  /// counter that the code on the fiber decrements until its next poll; used for ticks where force is not allowed.
  bool run(Fiber& fiber, int* poll_countdown = nullptr);

  // --- on the fiber

  /// Switches out if the slice is over. Returns after the fiber was resumed.
  void poll() noexcept;
  /// Switches out now, even within the slice: the turn waits for something.
  void yield() noexcept;
  /// In a host function: leave_host() switches out.
  void end_slice() noexcept { tick_pending_ = 1; }
  /// Enclose a host function: inside, the fiber is not preempted. leave_host() switches out if a tick came in between,
  /// so no object with a destructor may be alive there.
  void enter_host() noexcept { preemptible_ = false; }
  void leave_host() noexcept;

  struct Counters {
    std::uint64_t polled = 0;   ///< Slices that ended at a poll.
    std::uint64_t forced = 0;   ///< Slices that ended in the signal handler.
    std::uint64_t outside = 0;  ///< Ticks past the slice outside the preemptible code.
  };
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  static void on_tick(int signal, siginfo_t* info, void* context);
  void tick(const void* program_counter) noexcept;
  void arm();

  const Clock& clock_;
  const SlicerOptions options_;
  Duration slice_ = options_.slice;
  TimePoint slice_end_{};
  int* poll_countdown_ = nullptr;
  Counters counters_;

  // Shared with the signal handler on the same thread.
  volatile std::sig_atomic_t preemptible_ = 0;   // a turn is running, and not in a host function
  volatile std::sig_atomic_t tick_pending_ = 0;  // a tick past the slice came in a host function
  volatile std::sig_atomic_t armed_ = 0;
  volatile std::sig_atomic_t ran_since_tick_ = 0;

  timer_t timer_{};
  bool has_timer_ = false;
};

}  // namespace entmoot
