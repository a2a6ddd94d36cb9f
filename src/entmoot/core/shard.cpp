// SPDX-License-Identifier: MIT

#include <entmoot/core/shard.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/core/poller.hpp>
#include <entmoot/core/run_queue.hpp>

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace entmoot {

namespace {
thread_local Shard* current = nullptr;
}  // namespace

Shard::Scope::Scope(Shard& shard) noexcept : before_(std::exchange(current, &shard)) {}
Shard::Scope::~Scope() { current = before_; }

namespace {
// The time of a stage of a round, in which at least one item is processed.
constexpr Duration stage_time = std::chrono::microseconds(300);
// The shortest slice: switching between runnables costs about a hundredth of it.
constexpr Duration quantum_min = std::chrono::microseconds(100);
// While there is other work, the kernel is asked for edges no more often.
constexpr Duration poll_interval = std::chrono::microseconds(30);
// Of Shard::may_log().
constexpr std::size_t log_lines_max = 1000;
}  // namespace

struct Shard::Inner {
  Poller poller;
  TimePoint polled_at{};
  boost::asio::io_context asio{1};
  bool asio_in_use = false;
  // Ends a wait of Asio when the poller has edges.
  boost::asio::posix::stream_descriptor poller_in_asio{asio};
  bool waits_in_asio = false;

  ~Inner() {
    if (poller_in_asio.is_open()) poller_in_asio.release();
  }

  // Any thread, under the mutex.
  std::mutex mutex;
  std::vector<UniqueFunction<void()>> inbox;
  bool wake_pending = false;  // the loop is awake, or will wake up, and look into the inbox
  bool closed = false;        // the loop has ended: tasks are dropped

  std::atomic<bool> stopping{false};

  // This shard's thread only.
  TimePoint now{};  // as of the last item of work
  std::vector<UniqueFunction<void()>> taken;
  std::size_t taken_next = 0;  // the first task of `taken` that has not run
  RunQueue waiting;
  RunQueue readers;
  RunQueue dirty;
  Runnable* running = nullptr;
  Duration charged{};  // work that the running slice causes later
  Duration quantum = Duration::max();
  struct Timer {
    TimerId id;
    UniqueFunction<void()> task;
  };
  std::multimap<TimePoint, Timer> timers;
  std::unordered_map<std::uint64_t, std::multimap<TimePoint, Timer>::iterator> timer_of;
  std::uint64_t last_timer = 0;
};

Runnable::~Runnable() { ENTMOOT_DCHECK(!queue_, "a runnable leaves its run queue before it is destroyed"); }

Shard::Shard(unsigned index, const Clock& clock)
    : index_(index),
      clock_(clock),
      lines_(fmt::format("shard {}", index), log_lines_max, clock.now()),
      inner_(std::make_unique<Inner>()) {}

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
  inner_->taken_next = 0;
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
  if (wake && current != this) inner_->poller.wake();
}

void Shard::stop() {
  inner_->stopping.store(true);
  inner_->poller.wake();
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

TimePoint Shard::now() const noexcept { return inner_->now; }

std::size_t Shard::pending_timers() const noexcept { return inner_->timers.size(); }

void Shard::push(RunQueue& queue, Runnable& runnable, unsigned least) noexcept {
  if (RunQueue::holds(runnable)) return;
  if (&runnable != inner_->running) runnable.demand_.woke(inner_->now);
  queue.push(runnable, least);
}

void Shard::make_runnable(Runnable& runnable) {
  assert_here();
  push(inner_->waiting, runnable);
}

void Shard::make_idle(Runnable& runnable) noexcept {
  assert_here();
  RunQueue::remove(runnable);
}

bool Shard::is_behind() const noexcept { return inner_->taken_next < inner_->taken.size(); }

Duration Shard::quantum() const noexcept { return inner_->quantum; }

void Shard::charge(Duration work) noexcept {
  assert_here();
  inner_->charged += work;
}

void Shard::flush_later(Flushable& flushable, std::size_t bytes) {
  assert_here();
  // From 4 KiB on the level rises by one each time that the bytes double, up to 512 KiB. By demand alone, hundreds of
  // quiet connections that one room makes write much at the same time would come first.
  const unsigned least =
      bytes < 4096 ? 0 : std::min(7u + static_cast<unsigned>(std::bit_width(bytes >> 12)), Demand::levels - 1);
  if (RunQueue::holds(flushable)) return RunQueue::raise(flushable, least);
  push(inner_->dirty, flushable, least);
}

void Shard::read_later(Runnable& reader) {
  assert_here();
  push(inner_->readers, reader);
}

Poller& Shard::poller() noexcept { return inner_->poller; }

boost::asio::io_context& Shard::asio() noexcept {
  inner_->asio_in_use = true;
  return inner_->asio;
}

/// The last crash boundary, for exceptions that pass those of actors, channels and HTTP handlers.
template <class F>
void Shard::run_guarded(const char* what, F&& f) {
  const auto done = guarded(f);
  if (!done) log::error("shard {}: {} threw {}", index_, what, log::quoted(done.error().reason));
}

bool Shard::round(bool may_wait) {
  Inner& in = *inner_;
  // With nothing else to do, sleep until I/O is ready, a task is posted, or a timer is due.
  if (may_wait && in.waiting.empty() && in.readers.empty() && in.dirty.empty() && in.taken_next == in.taken.size()) {
    bool idle = false;
    {
      std::lock_guard lock(in.mutex);
      idle = in.inbox.empty();
      in.wake_pending = !idle;
    }
    if (idle) wait_for_io();
  }
  in.now = clock_.now();
  bool did = poll_io(!may_wait);
  if (!is_behind()) did |= serve(in.readers, "a reader");
  did |= run_inbox();
  did |= run_slices();
  did |= run_timers();
  did |= serve(in.dirty, "a flush");
  return did;
}

void Shard::wait_for_io() {
  Inner& in = *inner_;
  std::optional<Duration> wait;
  if (!in.timers.empty()) wait = std::max(in.timers.begin()->first - clock_.now(), Duration::zero());
  if (!in.asio_in_use || in.poller.has_fetched()) {
    in.poller.fetch(wait);
    in.polled_at = clock_.now();
    return;
  }
  if (!in.poller_in_asio.is_open()) in.poller_in_asio.assign(in.poller.native());
  if (!std::exchange(in.waits_in_asio, true)) {
    in.poller_in_asio.async_wait(boost::asio::posix::descriptor_base::wait_read,
                                 [&in](const auto&) { in.waits_in_asio = false; });
  }
  run_guarded("Asio", [&] { wait ? in.asio.run_one_for(*wait) : in.asio.run_one(); });
  // Asio is out of work without this wait: run_asio() would not find out.
  if (in.waits_in_asio) in.poller_in_asio.cancel();
}

/// `always`: also if edges were fetched just before; a clock that stands still does not tell.
bool Shard::poll_io(bool always) {
  Inner& in = *inner_;
  const TimePoint end = in.now + stage_time;
  bool did = false;
  for (bool more = always || in.now - in.polled_at >= poll_interval; in.now < end;) {
    bool reported = false;
    run_guarded("I/O", [&] { reported = in.poller.report_next(); });
    if (!reported) {
      if (!more) break;
      more = in.poller.fetch(Duration::zero());
      in.polled_at = in.now;
      continue;
    }
    did = true;
    in.now = clock_.now();
  }
  return run_asio(end) || did;
}

/// Until Asio has nothing to do, or the stage is over. Without work left it is not looked at any more.
bool Shard::run_asio(TimePoint end) {
  Inner& in = *inner_;
  bool did = false;
  for (std::size_t ran = 1; in.asio_in_use && ran > 0 && in.now < end;) {
    ran = 0;
    run_guarded("Asio", [&] { ran = in.asio.poll_one(); });
    if (in.asio.stopped()) {
      in.asio.restart();
      in.asio_in_use = ran > 0;
    }
    did |= ran > 0;
    if (ran > 0) in.now = clock_.now();
  }
  return did;
}

// Tasks posted from here on wait for the next round.
bool Shard::run_inbox() {
  Inner& in = *inner_;
  const bool left_over = is_behind();
  if (!left_over) {
    in.taken.clear();
    in.taken_next = 0;
    std::lock_guard lock(in.mutex);
    in.taken.swap(in.inbox);
    in.wake_pending = true;  // the loop is awake: post() need not wake it
  }
  // What is left over gets as much time as a round of other work, which may contain a whole slice.
  const TimePoint end = in.now + (left_over ? 4 * stage_time : stage_time);
  const bool did = in.taken_next < in.taken.size();
  while (in.taken_next < in.taken.size() && in.now < end) {
    auto task = std::move(in.taken[in.taken_next++]);
    run_guarded("a posted task", task);
    in.now = clock_.now();
  }
  return did;
}

// After the quiet ones the stage ends, so that their output does not wait for a slice of a busy one.
// Those that become runnable meanwhile wait for the next round, or run instead of one that asks for more.
bool Shard::run_slices() {
  Inner& in = *inner_;
  Duration left = stage_time;
  bool did = false;
  bool quiet_one_ran = false;
  for (std::size_t slices = in.waiting.size(); slices > 0 && !in.waiting.empty() && left > Duration::zero(); --slices) {
    if (quiet_one_ran && in.waiting.only_busy()) break;
    Runnable& runnable = in.waiting.pop();
    quiet_one_ran |= runnable.demand_.level() < Demand::busy_level;
    bool more = false;
    in.running = &runnable;
    in.charged = Duration::zero();
    in.quantum = std::max(runnable.demand_.burst(), quantum_min);
    run_guarded("a slice", [&] { more = runnable.run_slice(); });
    in.running = nullptr;
    const TimePoint now = clock_.now();
    const Duration used = now - std::exchange(in.now, now) + in.charged;
    left -= used;
    in.waiting.charge(used);
    runnable.demand_.ran(used);
    if (more) in.waiting.push(runnable);
    if (!RunQueue::holds(runnable)) runnable.demand_.slept(now);
    did = true;
  }
  return did;
}

// Timers that are due now. Timers that they set wait for the next round, even with a delay of zero.
bool Shard::run_timers() {
  Inner& in = *inner_;
  const TimePoint now = in.now;
  const auto newest = static_cast<TimerId>(in.last_timer);
  bool did = false;
  while (!in.timers.empty() && in.now < now + stage_time) {
    const auto next = in.timers.begin();
    if (next->first > now || next->second.id > newest) break;  // at equal times, newer timers come last
    auto timer = std::move(next->second);
    in.timers.erase(next);
    in.timer_of.erase(static_cast<std::uint64_t>(timer.id));
    run_guarded("a timer", timer.task);
    in.now = clock_.now();
    did = true;
  }
  return did;
}

// What becomes runnable meanwhile waits for the next round.
bool Shard::serve(RunQueue& queue, const char* what) {
  Inner& in = *inner_;
  const TimePoint end = in.now + stage_time;
  const bool did = !queue.empty();
  for (std::size_t left = queue.size(); left > 0 && !queue.empty() && in.now < end; --left) {
    Runnable& next = queue.pop();
    in.running = &next;
    run_guarded(what, [&] { next.run_slice(); });
    in.running = nullptr;
    const TimePoint now = clock_.now();
    const Duration used = now - std::exchange(in.now, now);
    queue.charge(used);
    next.demand_.ran(used);
    if (!RunQueue::holds(next)) next.demand_.slept(now);
  }
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
