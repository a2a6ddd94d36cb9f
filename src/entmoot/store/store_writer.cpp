// SPDX-License-Identifier: MIT

#include <entmoot/store/store_writer.hpp>

#include <entmoot/base/guarded.hpp>
#include <entmoot/base/log.hpp>

#include <algorithm>
#include <csignal>
#include <limits>
#include <utility>

#include <pthread.h>

namespace entmoot {

namespace {

// Of the writer, in ten seconds: a disk that is full only now and then must not fill the log.
constexpr std::size_t log_lines_max = 10;
// Rows that are deleted for each record that is written, so that garbage cannot outgrow what is kept.
constexpr std::int64_t swept_per_record = 2;
constexpr std::int64_t swept_per_commit = 8;
// Rows of a transaction that only deletes: some milliseconds.
constexpr std::int64_t swept_when_quiet = 1000;
// Pages of 4 KiB: a millisecond or two.
constexpr int backup_pages = 256;

constexpr TimePoint at_once = TimePoint::min();
constexpr TimePoint never = TimePoint::max();
constexpr std::uint64_t this_batch = std::numeric_limits<std::uint64_t>::max();

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

StoreWriter::StoreWriter(RoomStore store, StoreWriterOptions options)
    : store_(std::move(store)),
      openings_(store_.openings()),
      identity_(store_.identity()),
      options_(options),
      last_write_(clock_.now()),
      log_("store", log_lines_max, last_write_) {
  // Signals are for the threads that expect them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread_.native_handle(), "store-writer");
}

StoreWriter::~StoreWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// --- any thread

void StoreWriter::append(RoomId id, std::int64_t sequence, std::string record, Commit mode, Committed committed) {
  Item item{.room = id, .sequence = sequence, .committed = std::move(committed)};
  item.bytes = record.size();
  item.record = std::move(record);
  accept(std::move(item), mode);
}

void StoreWriter::write(std::size_t bytes, Commit mode, UniqueFunction<Result<void>(RoomStore&)> change,
                        Committed committed) {
  accept({.job = std::move(change), .committed = std::move(committed), .bytes = bytes}, mode);
}

bool StoreWriter::run(UniqueFunction<void(RoomStore&)> job) {
  Item item;
  item.job = [job = std::move(job)](RoomStore& store) mutable -> Result<void> {
    job(store);
    return {};
  };
  item.between = true;
  return !enqueue(item, Commit::now);
}

void StoreWriter::backup(std::filesystem::path directory, Committed done) {
  {
    const std::lock_guard lock(mutex_);
    if (!backup_ && !stopping_) {
      backup_ = std::make_unique<BackupUnderWay>();
      backup_->directory = std::move(directory);
      backup_->done = std::move(done);
      changed_.notify_all();
      return;
    }
  }
  call(done, fail(ErrorCode::unavailable, "another backup is under way"));
}

std::optional<Error> StoreWriter::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

StoreWriterCounters StoreWriter::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

/// With the lock.
void StoreWriter::note_crowded() noexcept {
  const bool crowded = counters_.queued > options_.items_max / 2 || counters_.queued_bytes > options_.bytes_max / 2;
  crowded_.store(crowded, std::memory_order_relaxed);
}

void StoreWriter::accept(Item item, Commit mode) {
  if (const auto refused = enqueue(item, mode)) call(item.committed, *refused);
}

std::optional<Error> StoreWriter::enqueue(Item& item, Commit mode) {
  const std::lock_guard lock(mutex_);
  if (reason_ && !item.between) return reason_;
  const bool fits = counters_.queued < options_.items_max &&
                    (counters_.queued_bytes == 0 ||
                     item.bytes <= options_.bytes_max - std::min(counters_.queued_bytes, options_.bytes_max));
  if (!fits) {
    ++counters_.refused;
    return fail(ErrorCode::overloaded, "the disk of the data folder is slower than what has to be kept: try again");
  }
  ++counters_.queued;
  counters_.queued_bytes += item.bytes;
  item.ticket = next_ticket_++;
  // Company enough: a relaxed record must not wait in a queue that refuses others.
  note_crowded();
  const bool crowded = crowded_.load(std::memory_order_relaxed);
  const TimePoint due = mode == Commit::now || crowded ? at_once : clock_.now() + options_.relaxed_wait;
  queue_.push_back(std::move(item));
  if (due < due_) {
    due_ = due;
    if (waiting_) changed_.notify_all();
  }
  return std::nullopt;
}

// --- the thread

void StoreWriter::work() {
  Batch batch;
  for (;;) {
    std::unique_lock lock(mutex_);
    wait(lock);
    if (queue_.empty() && stopping_) break;
    const bool due = !queue_.empty() && (stopping_ || clock_.now() >= due_);
    if (due && queue_.front().between) {
      Item item = std::move(queue_.front());
      queue_.pop_front();
      due_ = queue_.empty() ? never : at_once;  // a relaxed record behind it has had its company
      lock.unlock();
      run_between(std::move(item));
    } else if (due) {
      take_batch(batch);
      lock.unlock();
      commit(batch);
      answer(batch);
    } else {
      lock.unlock();
    }
    lock.lock();
    const bool idle = queue_.empty() || clock_.now() < due_;
    const bool backup = backup_ != nullptr;
    lock.unlock();
    keep_house(idle, backup);
  }
  if (backup_) end_backup(fail(ErrorCode::cancelled, "the server stops"));
}

/// Until something is due, or housekeeping is.
void StoreWriter::wait(std::unique_lock<std::mutex>& lock) {
  waiting_ = true;
  while (!stopping_) {
    const TimePoint until = std::min(due_, next_housekeeping());
    if (until <= clock_.now()) break;
    if (until == never) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, until);
    }
  }
  waiting_ = false;
}

/// When keep_house() has something to do although nothing arrives.
TimePoint StoreWriter::next_housekeeping() const {
  if (failing()) return retry_at_;
  if (backup_) return at_once;
  TimePoint next = never;
  const TimePoint quiet_at = last_write_ + options_.checkpoint_after;
  if (store_.log_bytes() > 0) {
    next = std::max(checkpoint_at_, store_.log_bytes() >= options_.checkpoint_bytes ? at_once : quiet_at);
  }
  if (store_.garbage()) next = std::min(next, quiet_at);
  return next;
}

void StoreWriter::take_batch(Batch& batch) {
  while (!queue_.empty() && !queue_.front().between) {
    batch.items.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  due_ = queue_.empty() ? never : at_once;
  const std::uint64_t first = batch.items.front().ticket;
  std::erase_if(failed_rooms_, [&](const auto& failed) { return failed.second <= first; });
}

void StoreWriter::commit(Batch& batch) {
  const TimePoint began = clock_.now();
  const auto done = guarded([&] { return write_batch(batch); });
  if (!done) store_.rollback();
  last_write_ = clock_.now();
  const std::lock_guard lock(mutex_);
  counters_.seconds_in_commit += seconds(last_write_ - began);
  if (!done) {
    ++counters_.failed_commits;
    begin_failing(done.error(), batch);
    return;
  }
  std::uint64_t records = 0;
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    const Item& item = batch.items[i];
    if (batch.results[i]) {
      ++records;
      counters_.bytes += item.bytes;
    }
  }
  counters_.records += records;
  if (records > 0) ++counters_.commits;
  // What is queued by now was sent before its room could learn of the failure.
  for (auto& failed : failed_rooms_) {
    if (failed.second == this_batch) failed.second = next_ticket_;
  }
}

Result<void> StoreWriter::write_batch(Batch& batch) {
  if (auto begun = store_.begin(); !begun) return begun.error();
  for (Item& item : batch.items) {
    auto done = write_item(item);
    if (!done) {
      if (done.error().code == ErrorCode::io || !store_.in_transaction()) return done.error();
      if (!item.job) failed_rooms_[item.room] = this_batch;
    }
    batch.results.push_back(std::move(done));
  }
  if (store_.garbage()) {
    const auto rows = swept_per_commit + swept_per_record * static_cast<std::int64_t>(batch.items.size());
    if (auto swept = store_.sweep(rows); !swept) return swept.error();
  }
  return store_.commit();
}

Result<void> StoreWriter::write_item(Item& item) {
  if (item.job) return store_.atomically(std::move(item.job));
  if (const auto failed = failed_rooms_.find(item.room);
      failed != failed_rooms_.end() && item.ticket < failed->second) {
    return fail(ErrorCode::invalid, "a record of this room that came before was refused");
  }
  return store_.append(item.room, item.sequence, item.record);
}

/// With the lock. All that is queued, except for jobs that run between transactions, is answered with the error.
void StoreWriter::begin_failing(const Error& error, Batch& batch) {
  reason_ = error;
  failing_.store(true, std::memory_order_release);
  retry_at_ = last_write_ + options_.retry_every;
  std::deque<Item> jobs;
  for (Item& item : queue_) {
    if (item.between) {
      jobs.push_back(std::move(item));
    } else {
      batch.items.push_back(std::move(item));
    }
  }
  queue_ = std::move(jobs);
  due_ = queue_.empty() ? never : at_once;
  batch.results.assign(batch.items.size(), error);
  failed_rooms_.clear();
  log_.write(log::Level::error,
             error.reason + "; durable rooms wait until it works again (" + log::quoted(error.detail) + ")",
             last_write_);
}

void StoreWriter::answer(Batch& batch) {
  {
    const std::lock_guard lock(mutex_);
    counters_.queued -= batch.items.size();
    for (const Item& item : batch.items) counters_.queued_bytes -= item.bytes;
    note_crowded();
  }
  for (std::size_t i = 0; i < batch.items.size(); ++i) call(batch.items[i].committed, std::move(batch.results[i]));
  batch.items.clear();
  batch.results.clear();
}

void StoreWriter::run_between(Item item) {
  if (const auto done = guarded([&] { return item.job(store_); }); !done) {
    log::error("store: a job threw {}", log::quoted(done.error().reason));
  }
  if (store_.in_transaction()) {
    store_.rollback();
    log::error("store: a job has left a transaction open; it was rolled back");
  }
  const std::lock_guard lock(mutex_);
  --counters_.queued;
  note_crowded();
}

void StoreWriter::keep_house(bool idle, bool backup) {
  const TimePoint now = clock_.now();
  if (failing()) {
    if (now >= retry_at_) try_again();
    return;
  }
  if (backup) step_backup();
  const bool quiet = idle && now >= last_write_ + options_.checkpoint_after;
  const std::int64_t log = store_.log_bytes();
  if (now >= checkpoint_at_ &&
      ((quiet && log > 0) || (idle && log >= options_.checkpoint_bytes) || log >= options_.log_bytes_max)) {
    checkpoint();
  }
  if (quiet && store_.garbage()) sweep();
}

void StoreWriter::try_again() {
  (void)store_.checkpoint();  // on a full disk, this makes room in the log
  const auto done = store_.probe();
  const TimePoint now = clock_.now();
  retry_at_ = now + options_.retry_every;
  const std::lock_guard lock(mutex_);
  if (!done) {
    reason_ = done.error();
    return;
  }
  reason_.reset();
  failing_.store(false, std::memory_order_release);
  log_.write(log::Level::info, "the disk of the data folder takes records again", now);
}

void StoreWriter::checkpoint() {
  const TimePoint began = clock_.now();
  const auto done = store_.checkpoint();
  const TimePoint now = clock_.now();
  if (!done) {
    // Nothing is lost: the log has everything, and grows until the disk takes it.
    checkpoint_at_ = now + options_.retry_every;
    log_.write(log::Level::warning, done.error().reason + " (" + log::quoted(done.error().detail) + ")", now);
    return;
  }
  const std::lock_guard lock(mutex_);
  ++counters_.checkpoints;
  counters_.seconds_in_checkpoints += seconds(now - began);
}

void StoreWriter::sweep() {
  const auto swept = store_.sweep(swept_when_quiet);
  if (swept) return;
  store_.rollback();
  Batch batch;
  {
    const std::lock_guard lock(mutex_);
    last_write_ = clock_.now();
    begin_failing(swept.error(), batch);
  }
  answer(batch);
}

void StoreWriter::step_backup() {
  if (!backup_->copy) {
    auto copy = store_.start_backup(backup_->directory);
    if (!copy) return end_backup(copy.error());
    backup_->copy = std::make_unique<RoomStoreBackup>(*std::move(copy));
  }
  const auto more = backup_->copy->step(backup_pages);
  if (more && *more) return;
  end_backup(more ? Result<void>() : Result<void>(more.error()));
}

void StoreWriter::end_backup(const Result<void>& result) {
  backup_->copy.reset();
  Committed done = std::move(backup_->done);
  {
    const std::lock_guard lock(mutex_);
    backup_.reset();
  }
  call(done, result);
}

void StoreWriter::call(Committed& committed, Result<void> result) {
  if (!committed) return;
  if (const auto done = guarded([&] { committed(std::move(result)); }); !done) {
    log::error("store: a callback threw {}", log::quoted(done.error().reason));
  }
  committed = nullptr;  // what it owns goes now
}

}  // namespace entmoot
