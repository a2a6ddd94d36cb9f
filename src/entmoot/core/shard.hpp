// SPDX-License-Identifier: MIT

#pragma once

// A shard is one thread with one event loop. A socket lives on the shard that accepted it, a room on the shard that its
// id hashes to. Objects on a shard are used by that shard's thread only, so nothing above this floor needs a lock.
//
// One round of the loop, in order:
//   1. events of I/O: a socket with something to read becomes a reader
//   2. readers read, at most once each, unless the inbox is behind (is_behind())
//   3. the inbox: tasks posted by other shards and by this one
//   4. runnables get time slices, at most one each
//   5. timers that are due
//   6. dirty Flushables are flushed: one gather write per socket and round
//
// Readers, runnables and Flushables are chosen by core/run_queue.hpp: those that ask for little come first. Every stage
// stops after a fraction of a millisecond, and continues in the next round. So a message to a quiet room waits for a
// few slices at most, whatever the other rooms and sockets do.
//
// Objects cross shards by post(), as values or as immutable objects. Posts from one thread to one shard arrive in the
// order they were made, also when both are the same shard; that order makes a join atomic
// (phoenix/channel_server.hpp).
//
// Errors. A task, a timer or a flush that throws is logged and the loop continues: this is the last crash boundary.
//
// Bounds. The inbox is unbounded, because its contents are bounded where they enter the process: mailboxes
// (otp/mailbox.hpp) reject messages, outboxes (web/outbox.hpp) close, sockets are no longer read.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/limited_log.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/core/runnable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace entmoot {

/// An object that collects output and sends it once at the end of the round. Owned elsewhere; must be removed
/// (Shard::forget_flush) before it is destroyed, and not be destroyed in its flush.
class Flushable : public Runnable {
 public:
  virtual void flush() = 0;

 private:
  bool run_slice() final {
    flush();
    return false;
  }
};

class Poller;

enum class TimerId : std::uint64_t { none = 0 };

class Shard {
 public:
  /// `clock` outlives the shard.
  Shard(unsigned index, const Clock& clock);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  [[nodiscard]] unsigned index() const noexcept { return index_; }
  [[nodiscard]] const Clock& clock() const noexcept { return clock_; }

  /// The shard of the calling thread. Aborts if there is none.
  [[nodiscard]] static Shard& here() noexcept;
  [[nodiscard]] static Shard* try_here() noexcept;
  [[nodiscard]] bool is_here() const noexcept { return try_here() == this; }
  void assert_here() const noexcept;

  // --- any thread

  /// Runs `task` on this shard in a later step of its loop. After close() tasks are destroyed unrun.
  void post(UniqueFunction<void()> task);
  /// Ends run() after the round it is in.
  void stop();
  /// Destroys every task and timer without running it; tasks posted later are destroyed at once. Call it when no thread
  /// runs the loop any more. Destructors may still post, to this shard or to one that has not been closed.
  void close() noexcept;

  // --- this shard's thread

  /// The time when the item of work that is running began, or a little after: exact to a slice, and free. For what is
  /// only counted; code that waits or expires asks clock().
  [[nodiscard]] TimePoint now() const noexcept;

  /// Calls `task` once when `delay` is over. A delay of zero means the next round.
  TimerId after(Duration delay, UniqueFunction<void()> task);
  /// Cancels a timer. No effect on a timer that has run, or on TimerId::none.
  void cancel(TimerId id);
  [[nodiscard]] std::size_t pending_timers() const noexcept;

  void make_runnable(Runnable& runnable);
  void make_idle(Runnable& runnable) noexcept;
  /// Whether tasks are left of those that the inbox held a round ago. Until they have run nothing is read, and actors
  /// release nothing, so that a task waits for what one round has posted at most.
  [[nodiscard]] bool is_behind() const noexcept;
  /// How long the slice that is running may take: as long as its runnable's longest burst, so that a burst that is
  /// longer is interrupted before it delays others, and its runnable comes after them. At least 100 µs.
  [[nodiscard]] Duration quantum() const noexcept;
  /// Charges the slice that is running with work that it causes later on this thread, such as frames to be written.
  void charge(Duration work) noexcept;
  /// `bytes`: how much it has to send. Those with little come first.
  void flush_later(Flushable& flushable, std::size_t bytes = 0);
  void forget_flush(Flushable& flushable) noexcept { make_idle(flushable); }
  /// Gives the runnable a slice among those that read what has arrived.
  void read_later(Runnable& reader);

  /// Readiness of sockets.
  [[nodiscard]] Poller& poller() noexcept;
  /// For code that uses Asio, which is run as long as it has work.
  [[nodiscard]] boost::asio::io_context& asio() noexcept;

  /// Takes a line of the allowance for the log lines that actors and clients of this shard cause together when they
  /// end, restart or reload: 1000 in ten seconds. False: the line is suppressed and counted.
  [[nodiscard]] bool may_log() { return lines_.may_write(clock_.now()); }

  /// The loop, on the calling thread, until stop().
  void run();
  /// Runs one round that never blocks, on the calling thread; for tests that step. Returns whether it did anything.
  bool poll();

  /// Makes the calling thread count as the shard's thread within a scope: before the loop runs and after it has ended,
  /// when the shard's objects are made and destroyed.
  class Scope {
   public:
    explicit Scope(Shard& shard) noexcept;
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Shard* const before_;
  };

 private:
  struct Inner;  // the queues: Asio and the mutex stay in shard.cpp
  bool round(bool may_wait);
  template <class F>
  void run_guarded(const char* what, F&& f);
  void wait_for_io();
  bool poll_io(bool always);
  bool run_asio(TimePoint end);
  bool run_inbox();
  bool run_slices();
  bool run_timers();
  void push(RunQueue& queue, Runnable& runnable, unsigned least = 0) noexcept;
  bool serve(RunQueue& queue, const char* what);

  const unsigned index_;
  const Clock& clock_;
  LimitedLog lines_;
  std::unique_ptr<Inner> inner_;
};

}  // namespace entmoot
