// SPDX-License-Identifier: MIT

#pragma once

// The one thread that uses a RoomStore, and the group commit over all rooms: what arrives while the disk takes one
// commit is the next commit. So a thousand rooms that wait for the disk wait for it once, together, and a single one
// waits for nobody.
//
// Queue. One queue for everything, in the order of the calls. The thread takes all that is queued up to the next run()
// job, writes it in one transaction, waits for the disk once, and then calls the callbacks, in order. A queue that only
// holds relaxed records may wait for company (`relaxed_wait`), until it is half full; anything else is written at once.
// run() jobs run between two transactions, after all that was queued before them has been committed.
//
// Bounds: the number and the bytes of what was accepted and is not answered yet. Beyond them, a call is answered
// `overloaded`.
//
// Errors. One room's bad record (a gap in its numbers, an unknown room) fails alone, together with those of the same
// room that are queued behind it; the other rooms' records are committed. If the disk refuses (it is full, it fails),
// everything in the transaction is rolled back and answered with the error, as is all that is queued. The writer is
// then failing(): further records are refused at once, jobs of run() still run, and once a second it tries to write a
// page; when that succeeds, everything is accepted again, and nobody has to be told. A record that was answered with
// the disk's error was not committed; if the process ends before the writer has recovered, the next start may find it
// (store/room_store.hpp).
//
// Callbacks run on the writer's thread, or, if the call is refused at once (`overloaded`, or while failing), on the
// caller's before the call returns. Each is called exactly once. What they do delays the next commit: they post to
// their shard.
//
// Checkpoints copy the log into the database, which takes some ten milliseconds for a log of `checkpoint_bytes`.
// Records wait for one only if they arrive during it: it is made when the queue is empty and the log has that length,
// or when nothing was written for `checkpoint_after`. A log of `log_bytes_max` is copied even if the queue is never
// empty, so that it does not fill the disk. What was discarded or forgotten is deleted in the transactions of others,
// in proportion to what they write, and by transactions of their own when nothing was written for `checkpoint_after`.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/clock.hpp>
#include <entmoot/base/limited_log.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>
#include <entmoot/store/room_store.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace entmoot {

/// When a record has to be on the disk.
enum class Commit : std::uint8_t {
  now,      ///< With the next transaction.
  relaxed,  ///< Within StoreWriterOptions::relaxed_wait, better together with others.
};

struct StoreWriterOptions {
  /// Records and jobs that were accepted and are not answered yet, and the bytes of their records.
  std::size_t items_max = 100'000;
  std::size_t bytes_max = 64 * MiB;
  /// How long a relaxed record waits for company.
  Duration relaxed_wait = std::chrono::milliseconds(50);
  /// How often a failing writer tries again.
  Duration retry_every = std::chrono::seconds(1);
  std::int64_t checkpoint_bytes = std::int64_t{4} * 1024 * 1024;
  std::int64_t log_bytes_max = std::int64_t{64} * 1024 * 1024;
  Duration checkpoint_after = std::chrono::seconds(1);
};

/// Since the start, except for what is queued.
struct StoreWriterCounters {
  std::uint64_t commits = 0;         ///< Transactions of records; what run() does is not counted.
  std::uint64_t records = 0;         ///< That were committed.
  std::uint64_t bytes = 0;           ///< Of these records.
  double seconds_in_commit = 0;      ///< From the begin of the transaction to the answer of the disk.
  std::uint64_t refused = 0;         ///< Records and jobs that were answered `overloaded`.
  std::uint64_t failed_commits = 0;  ///< Transactions that the disk refused.
  std::uint64_t checkpoints = 0;
  double seconds_in_checkpoints = 0;
  std::size_t queued = 0;  ///< Accepted and not answered yet.
  std::size_t queued_bytes = 0;
};

class StoreWriter {
 public:
  using Committed = UniqueFunction<void(Result<void>)>;

  explicit StoreWriter(RoomStore store) : StoreWriter(std::move(store), {}) {}
  StoreWriter(RoomStore store, StoreWriterOptions options);
  /// Commits what is queued and runs the jobs, then joins and closes the store. A backup under way is given up and
  /// answered `cancelled`.
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  // --- any thread

  /// RoomStore::append().
  void append(RoomId id, std::int64_t sequence, std::string record, Commit mode, Committed committed);
  /// Another change within the transaction (an image, a state, a new room), done as a whole or not at all. If it
  /// returns an error (other than the disk's) or throws, the others are not affected. `bytes`: what it holds, for the
  /// bound. It must not begin or end transactions.
  void write(std::size_t bytes, Commit mode, UniqueFunction<Result<void>(RoomStore&)> change, Committed committed);
  /// Runs `job` between two transactions, after what was queued before is committed. It may use all of the store, and
  /// leaves no transaction open. False: the queue is full, and the job is destroyed.
  [[nodiscard]] bool run(UniqueFunction<void(RoomStore&)> job);
  /// RoomStore::backup(), in steps between transactions. One at a time: `unavailable`.
  void backup(std::filesystem::path directory, Committed done);

  /// RoomStore::openings().
  [[nodiscard]] std::uint64_t openings() const noexcept { return openings_; }
  /// RoomStore::identity().
  [[nodiscard]] std::uint64_t identity() const noexcept { return identity_; }
  /// Whether the disk has refused the last write.
  [[nodiscard]] bool failing() const noexcept { return failing_.load(std::memory_order_acquire); }
  /// Whether more than half of what may be queued is: whoever can wait does.
  [[nodiscard]] bool crowded() const noexcept { return crowded_.load(std::memory_order_relaxed); }
  /// Why; nullopt if it is not failing.
  [[nodiscard]] std::optional<Error> reason() const;
  [[nodiscard]] StoreWriterCounters counters() const;

 private:
  struct Item {
    RoomId room = {};
    std::int64_t sequence = 0;
    std::string record = {};
    UniqueFunction<Result<void>(RoomStore&)> job = {};  // of write() and run(); empty: a record
    Committed committed = {};
    std::size_t bytes = 0;
    std::uint64_t ticket = 0;
    TimePoint due = {};
    bool between = false;  // of run()
  };
  struct Batch {
    std::vector<Item> items = {};
    std::vector<Result<void>> results = {};
  };
  struct BackupUnderWay {
    std::filesystem::path directory = {};
    Committed done = {};
    std::unique_ptr<RoomStoreBackup> copy = {};  // of the thread; null until its first step
  };

  [[nodiscard]] std::optional<Error> enqueue(Item& item, Commit mode);
  void accept(Item item, Commit mode);
  void note_crowded() noexcept;

  // --- the thread
  void work();
  void wait(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] TimePoint next_housekeeping() const;
  void take_batch(Batch& batch);
  void commit(Batch& batch);
  [[nodiscard]] Result<void> write_batch(Batch& batch);
  [[nodiscard]] Result<void> write_item(Item& item);
  void begin_failing(const Error& error, Batch& batch);
  void answer(Batch& batch);
  void run_between(Item item);
  void keep_house(bool idle, bool backup);
  void try_again();
  void checkpoint();
  void sweep();
  void step_backup();
  void end_backup(const Result<void>& result);
  void call(Committed& committed, Result<void> result);

  RoomStore store_;
  const std::uint64_t openings_;
  const std::uint64_t identity_;
  const StoreWriterOptions options_;
  const SteadyClock clock_ = {};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> queue_;
  TimePoint due_ = TimePoint::max();  // the earliest of the queue
  std::uint64_t next_ticket_ = 1;
  StoreWriterCounters counters_;
  std::optional<Error> reason_;
  std::unique_ptr<BackupUnderWay> backup_;
  bool waiting_ = false;
  bool stopping_ = false;
  std::atomic<bool> failing_ = false;
  std::atomic<bool> crowded_ = false;

  // --- of the thread
  // Rooms of which a record has failed: those that were queued by then, with lower tickets, fail too.
  std::unordered_map<RoomId, std::uint64_t> failed_rooms_;
  TimePoint last_write_ = {};
  TimePoint retry_at_ = {};
  TimePoint checkpoint_at_ = {};  // not before, after one that failed
  LimitedLog log_;

  std::thread thread_;  // last: it uses the others
};

}  // namespace entmoot
