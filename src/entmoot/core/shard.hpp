// SPDX-License-Identifier: MIT

#pragma once

// A shard is one thread with one event loop. A socket lives on the shard that accepted it, a room on the shard its id
// hashes to; whatever lives on a shard is touched by that shard's thread only, so nothing above this floor needs a
// lock.
//
// One round of the loop, in order:
//   1. I/O that is ready
//   2. the inbox: what other shards (and this one) posted
//   3. every actor that has become runnable gets a time slice; of those that had one and go on, the next in turn
//   4. timers that are due
//   5. every dirty Flushable is flushed: one gather write per socket and round
//
// So whoever gets a message waits for one slice of a room that computes, not for one of each: rooms that use up their
// slices share the rounds among themselves, one a round.
//
// What crosses shards is a value or immutable, and crosses by post(). Posts from one thread to one shard arrive in the
// order they were made, also when both are the same shard: that order is what makes a join atomic
// (phoenix/channel_server.hpp).
//
// A task, a timer or a flush that throws is logged and the loop goes on: it is the last crash boundary of a shard.
//
// Bounds. The inbox itself is unbounded, because what is posted is already bounded where it enters the process:
// mailboxes (otp/mailbox.hpp) refuse, outboxes (web/outbox.hpp) close, sockets stop being read.

#include <entmoot/base/clock.hpp>
#include <entmoot/base/unique_function.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace entmoot {

class RunQueue;

/// Something that has work to do in slices: an actor with mail. Owned elsewhere; must leave the run queue
/// (Shard::make_idle) before it is destroyed.
class Runnable {
 public:
  Runnable() = default;
  Runnable(const Runnable&) = delete;
  Runnable& operator=(const Runnable&) = delete;
  virtual ~Runnable();

  /// One time slice. Returns whether there is more to do now; then it comes again when its turn is. Must not destroy
  /// the runnable: who ends in a slice is destroyed by a task posted from it.
  virtual bool run_slice() = 0;

 private:
  friend class RunQueue;
  RunQueue* queue_ = nullptr;  // where it stands, if anywhere
  Runnable* previous_ = nullptr;
  Runnable* next_ = nullptr;
};

/// Something that collects output and sends it once at the end of the round. Same ownership rule as Runnable
/// (Shard::forget_flush).
class Flushable {
 public:
  virtual ~Flushable() = default;
  virtual void flush() = 0;

 private:
  friend class Shard;
  bool dirty_ = false;
};

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

  /// The shard whose thread this is. A broken invariant if there is none.
  [[nodiscard]] static Shard& here() noexcept;
  [[nodiscard]] static Shard* try_here() noexcept;
  [[nodiscard]] bool is_here() const noexcept { return try_here() == this; }
  void assert_here() const noexcept;

  // --- any thread

  /// Runs `task` on this shard in a later step of its loop. After close() tasks are destroyed unrun.
  void post(UniqueFunction<void()> task);
  /// Ends run() after the round it is in.
  void stop();
  /// Destroys every task and timer unrun, and from now on those that are posted. When no thread runs the loop any more;
  /// what is destroyed may still post, here or to a shard that has not been closed.
  void close() noexcept;

  // --- this shard's thread

  /// Calls `task` once when `delay` is over. A delay of zero means the next round.
  TimerId after(Duration delay, UniqueFunction<void()> task);
  /// Forgets a timer; one that has run, or TimerId::none, is no error.
  void cancel(TimerId id);
  [[nodiscard]] std::size_t pending_timers() const noexcept;

  void make_runnable(Runnable& runnable);
  void make_idle(Runnable& runnable) noexcept;
  void flush_later(Flushable& flushable);
  void forget_flush(Flushable& flushable) noexcept;

  [[nodiscard]] boost::asio::io_context& io() noexcept;

  /// The loop, on the calling thread, until stop().
  void run();
  /// One round that never blocks, on the calling thread; for tests that step. Returns whether anything was done.
  bool poll();

  /// Says for a scope that this thread stands in for the shard's: before its loop runs and after it has ended, when the
  /// shard's objects are made and destroyed.
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
  bool run_slice(Runnable& runnable);

  const unsigned index_;
  const Clock& clock_;
  std::unique_ptr<Inner> inner_;
};

}  // namespace entmoot
