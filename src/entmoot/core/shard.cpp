// SPDX-License-Identifier: MIT

#include <entmoot/core/shard.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/core/run_queue.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace entmoot {

namespace {
thread_local Shard* current = nullptr;
}  // namespace

Shard::Scope::Scope(Shard& shard) noexcept : before_(std::exchange(current, &shard)) {}
Shard::Scope::~Scope() { current = before_; }

struct Shard::Inner {
  /// Marks the end of the round in the run queue.
  struct RoundEnd final : Runnable {
    bool run_slice() override { return false; }
  };

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};

  // Any thread, under the mutex.
  std::mutex mutex;
  std::vector<UniqueFunction<void()>> inbox;
  bool wake_pending = false;  // the loop is awake, or will wake up, and look into the inbox
  bool closed = false;        // the loop has ended: tasks are dropped

  std::atomic<bool> stopping{false};

  // This shard's thread only.
  std::vector<UniqueFunction<void()>> taken;
  RunQueue fresh;       // have become runnable
  RunQueue continuing;  // have used up a slice and have more to do
  RoundEnd round_end;
  std::vector<Flushable*> dirty;
  struct Timer {
    TimerId id;
    UniqueFunction<void()> task;
  };
  std::multimap<TimePoint, Timer> timers;
  std::unordered_map<std::uint64_t, std::multimap<TimePoint, Timer>::iterator> timer_of;
  std::uint64_t last_timer = 0;
};

Runnable::~Runnable() { ENTMOOT_DCHECK(!queue_, "a runnable leaves its run queue before it is destroyed"); }

Shard::Shard(unsigned index, const Clock& clock) : index_(index), clock_(clock), inner_(std::make_unique<Inner>()) {}

Shard::~Shard() { close(); }

void Shard::close() noexcept {
  Scope scope(*this);  // destructors below may call here()
  std::vector<UniqueFunction<void()>> left;
  {
    std::lock_guard lock(inner_->mutex);
    inner_->closed = true;
    left.swap(inner_->inbox);
  }
  left.clear();
  inner_->taken.clear();
  inner_->timer_of.clear();
  auto timers = std::exchange(inner_->timers, {});
}

Shard& Shard::here() noexcept {
  ENTMOOT_CHECK(current, "here() is called on a shard's thread");
  return *current;
}

Shard* Shard::try_here() noexcept { return current; }

void Shard::assert_here() const noexcept {
  ENTMOOT_DCHECK(current == this, "this function is called on the shard's own thread");
}

void Shard::post(UniqueFunction<void()> task) {
  bool wake = false;
  {
    std::lock_guard lock(inner_->mutex);
    if (inner_->closed) return;
    inner_->inbox.push_back(std::move(task));
    wake = !std::exchange(inner_->wake_pending, true);
  }
  if (wake && current != this) boost::asio::post(inner_->io, [] {});
}

void Shard::stop() {
  inner_->stopping.store(true);
  boost::asio::post(inner_->io, [] {});
}

TimerId Shard::after(Duration delay, UniqueFunction<void()> task) {
  assert_here();
  const auto id = static_cast<TimerId>(++inner_->last_timer);
  auto at = inner_->timers.emplace(clock_.now() + std::max(delay, Duration::zero()), Inner::Timer{id, std::move(task)});
  inner_->timer_of.emplace(inner_->last_timer, at);
  return id;
}

void Shard::cancel(TimerId id) {
  assert_here();
  const auto found = inner_->timer_of.find(static_cast<std::uint64_t>(id));
  if (found == inner_->timer_of.end()) return;
  auto timer = std::move(found->second->second);  // destroyed last: its destructor may cancel other timers
  inner_->timers.erase(found->second);
  inner_->timer_of.erase(found);
}

std::size_t Shard::pending_timers() const noexcept { return inner_->timers.size(); }

void Shard::make_runnable(Runnable& runnable) {
  assert_here();
  inner_->fresh.push(runnable);
}

void Shard::make_idle(Runnable& runnable) noexcept {
  assert_here();
  RunQueue::remove(runnable);
}

void Shard::flush_later(Flushable& flushable) {
  assert_here();
  if (!std::exchange(flushable.dirty_, true)) inner_->dirty.push_back(&flushable);
}

void Shard::forget_flush(Flushable& flushable) noexcept {
  assert_here();
  if (std::exchange(flushable.dirty_, false)) std::ranges::replace(inner_->dirty, &flushable, nullptr);
}

boost::asio::io_context& Shard::io() noexcept { return inner_->io; }

/// The last crash boundary, for exceptions that pass those of actors, channels and HTTP handlers.
template <class F>
void Shard::run_guarded(const char* what, F&& f) {
  const auto done = guarded(f);
  if (!done) log::error("shard {}: {} threw {}", index_, what, log::quoted(done.error().reason));
}

bool Shard::run_slice(Runnable& runnable) {
  bool more = false;
  run_guarded("a slice", [&] { more = runnable.run_slice(); });
  return more;
}

bool Shard::round(bool may_wait) {
  Inner& in = *inner_;
  bool did = false;

  // 1. I/O. With nothing else to do, sleep until I/O is ready, a task is posted, or a timer is due.
  if (may_wait && in.fresh.empty() && in.continuing.empty() && in.dirty.empty()) {
    bool idle = false;
    {
      std::lock_guard lock(in.mutex);
      idle = in.inbox.empty();
      in.wake_pending = !idle;
    }
    if (idle && in.timers.empty()) {
      run_guarded("I/O", [&] { in.io.run_one(); });
    } else if (idle) {
      run_guarded("I/O", [&] { in.io.run_one_until(in.timers.begin()->first); });
    }
  }
  run_guarded("I/O", [&] { did |= in.io.poll() > 0; });

  // 2. Inbox. Tasks posted from here on wait for the next round.
  {
    std::lock_guard lock(in.mutex);
    in.taken.swap(in.inbox);
    in.wake_pending = true;  // the loop is awake: post() need not wake it
  }
  did |= !in.taken.empty();
  for (auto& task : in.taken) {
    run_guarded("a posted task", task);
    task = nullptr;
  }
  in.taken.clear();

  // 3. A slice for each runnable that has become runnable before this round (later ones wait for the next round), then
  //    one slice for the first of those that have more to do.
  const bool some_continue = !in.continuing.empty();
  if (!in.fresh.empty()) {
    did = true;
    in.fresh.push(in.round_end);
    for (;;) {
      Runnable& runnable = in.fresh.pop();
      if (&runnable == &in.round_end) break;
      if (run_slice(runnable)) in.continuing.push(runnable);
    }
  }
  if (some_continue && !in.continuing.empty()) {
    did = true;
    Runnable& runnable = in.continuing.pop();
    if (run_slice(runnable)) in.continuing.push(runnable);
  }

  // 4. Timers that are due now. Timers that they set wait for the next round, even with a delay of zero.
  if (!in.timers.empty()) {
    const TimePoint now = clock_.now();
    const auto newest = static_cast<TimerId>(in.last_timer);
    while (!in.timers.empty()) {
      const auto next = in.timers.begin();
      if (next->first > now || next->second.id > newest) break;  // at equal times, newer timers come last
      auto timer = std::move(next->second);
      in.timers.erase(next);
      in.timer_of.erase(static_cast<std::uint64_t>(timer.id));
      run_guarded("a timer", timer.task);
      did = true;
    }
  }

  // 5. Output. A Flushable that becomes dirty during a flush waits for the next round.
  const std::size_t dirty = in.dirty.size();
  for (std::size_t i = 0; i < dirty; ++i) {
    Flushable* flushable = in.dirty[i];
    if (!flushable) continue;  // removed by forget_flush()
    in.dirty[i] = nullptr;
    flushable->dirty_ = false;
    run_guarded("a flush", [&] { flushable->flush(); });
    did = true;
  }
  in.dirty.erase(in.dirty.begin(), in.dirty.begin() + static_cast<std::ptrdiff_t>(dirty));
  return did;
}

void Shard::run() {
  Scope scope(*this);
  while (!inner_->stopping.load(std::memory_order_relaxed)) round(true);
}

bool Shard::poll() {
  Scope scope(*this);
  return round(false);
}

}  // namespace entmoot
