// SPDX-License-Identifier: MIT

#pragma once

// Time slices: how a room in an endless loop shares its thread.
//
// A turn runs on a fiber. When its slice is over it is switched out and comes again in the next round of the loop. Two
// ways lead there:
//
//   politely   the engine polls every few thousand operations; poll() looks at the clock.
//   by force   some of the engine's builtins never poll. A timer signal finds the fiber running past its slice, and if
//              the interrupted program counter lies in the engine's own text, the handler itself switches out, on top
//              of the frames it interrupted. sigreturn happens when the fiber is resumed.
//
// The engine's text is the only place where that is sound: it holds no lock there (Atomics are not installed), its
// memory is the room's own region, and nothing in its C frames has a destructor. Inside libc, the allocator or our host
// functions the signal only leaves a note: host functions run between enter_host() and leave_host(), which honours it.
//
// A tick past the slice that falls elsewhere (a script that fills a megabyte again and again is nearly always in
// memset) lets the engine poll at its next occasion instead of its ten-thousandth.
//
// The timer is armed by the first slice after a pause and disarms itself at a tick that finds no slice since the last,
// so that a busy shard pays no system call for a turn and an idle one is not woken.
//
// Under AddressSanitizer and ThreadSanitizer only the polite way is on: they delay signals and know nothing of frames
// that a handler leaves behind.

#include <entmoot/base/clock.hpp>
#include <entmoot/core/fiber.hpp>
#include <entmoot/core/sanitizers.hpp>

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
  CodeRange preemptible = {};             ///< Where force may be used; empty: nowhere.
  bool force = !with_asan && !with_tsan;  ///< Whether there is a timer at all.
};

/// One a thread; everything here belongs to that thread.
class Slicer {
 public:
  Slicer(const Clock& clock, SlicerOptions options) noexcept : clock_(clock), options_(options) {}
  ~Slicer();
  Slicer(const Slicer&) = delete;
  Slicer& operator=(const Slicer&) = delete;

  [[nodiscard]] Duration slice() const noexcept { return options_.slice; }

  /// Resumes `fiber` for one slice. Returns whether it was switched out rather than finished. `poll_countdown`: what
  /// the code on the fiber counts down to its next poll, for ticks that fall where force may not be used.
  bool run(Fiber& fiber, int* poll_countdown = nullptr);

  // --- on the fiber

  /// The polite way: switches out if the slice is over. Returns after the fiber was resumed.
  void poll() noexcept;
  /// Switches out now, whatever the time: the turn waits for something.
  void yield() noexcept;
  /// Around host functions: inside, the fiber is not switched out by time. leave_host() honours a tick that came
  /// meanwhile, so nothing with a destructor may be alive there.
  void enter_host() noexcept { preemptible_ = false; }
  void leave_host() noexcept;

  struct Counters {
    std::uint64_t polite = 0;   ///< Slices that ended at a poll.
    std::uint64_t forced = 0;   ///< Slices that ended in the signal handler.
    std::uint64_t outside = 0;  ///< Ticks past the slice that fell outside the preemptible code.
  };
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  static void on_tick(int signal, siginfo_t* info, void* context);
  void tick(const void* program_counter) noexcept;
  void arm();

  const Clock& clock_;
  const SlicerOptions options_;
  TimePoint slice_end_{};
  int* poll_countdown_ = nullptr;
  Counters counters_;

  // Shared with the signal handler on the same thread.
  volatile std::sig_atomic_t preemptible_ = 0;   // a turn is running and is in the engine
  volatile std::sig_atomic_t tick_pending_ = 0;  // a tick came past the slice while it was not
  volatile std::sig_atomic_t armed_ = 0;
  volatile std::sig_atomic_t ran_since_tick_ = 0;

  timer_t timer_{};
  bool has_timer_ = false;
};

}  // namespace entmoot
