// SPDX-License-Identifier: MIT

#pragma once

// Where durable rooms are kept: for each room the journal of its records, its newest two images, and its last
// serialized state. What the bytes mean is the caller's affair. One SQLite file, `rooms.sqlite`, in a folder of its
// own.
//
// The journal is the truth. A room's records are numbered 1, 2, 3 …; a number that would leave a gap or that exists
// already is refused when it is written, so that reading never finds one. An image or a state "at n" contains the
// effects of the records up to n: whoever loads it reads from n + 1. Two images are kept, because one that does not
// load must only cost a longer tail; so discard the records before the *older* image, not before the newer one.
//
// Durability. What commit() has reported is on the disk, with one fdatasync(2): a write-ahead log with synchronous=FULL
// (and a second one when the log begins anew after a checkpoint). Without begin(), each call is a transaction of its
// own. If a commit fails, nothing of the transaction is there for this process; if the process also ends before a later
// commit has succeeded, the next start may find all of it, never a part: the disk may have taken what it reported as
// failed.
//
// The file belongs to one connection. It is locked from open() to the end (`locking_mode=EXCLUSIVE`, set before the log
// is entered), and the log's index is in this process's memory, not in a shared file. So the WAL-reset bug of SQLite
// before 3.51.3 cannot occur here: it needs a second connection, which writes while the first completes a checkpoint.
// Another process gets an error when it opens the store; it has to ask the server, or wait until it is stopped.
//
// Secrets are in it: the folder is created with mode 0700, the files with 0600.
//
// Budgets. discard_before() and forget() take a constant time; the records and images themselves are deleted by
// sweep(), as many at a time as the caller likes. Space that becomes free is used again; the file does not shrink (a
// backup is as large). checkpoint() copies the log into the database: without it the log grows.
//
// Thread: one at a time (StoreWriter owns one). All functions block.
//
// Errors: `invalid` (a gap, a repeated number, a position that was discarded), `not_found` (no such room),
// `already_exists`, `limit` (a record larger than SQLite's 1 GB), `unavailable` (open(): in use by another process);
// `io` for all that the disk or SQLite refuses. An `io` error within a transaction ends it: call rollback().

#include <entmoot/base/result.hpp>
#include <entmoot/base/unique_function.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

class Database;
class RoomStoreBackup;

/// A room in the store. Never used again, not even after forget().
enum class RoomId : std::int64_t {};

struct StoredRoom {
  RoomId id = {};
  std::string topic = {};
  /// The first record that can be read, and the last one. first == last + 1: there is none. The next one that can be
  /// appended is last + 1.
  std::int64_t first_sequence = 1;
  std::int64_t last_sequence = 0;

  friend bool operator==(const StoredRoom&, const StoredRoom&) = default;
};

/// What a room occupies. Bytes are those of the contents.
struct RoomUsage {
  StoredRoom room = {};
  std::int64_t records = 0;
  std::int64_t record_bytes = 0;
  std::int64_t images = 0;
  std::int64_t image_bytes = 0;
  std::int64_t state_bytes = 0;
};

/// The room after its record `sequence`: an image or a serialized state.
struct StoredImage {
  std::int64_t sequence = 0;
  std::string bytes = {};

  friend bool operator==(const StoredImage&, const StoredImage&) = default;
};

struct RoomStoreOptions {
  /// A registered sqlite3_vfs, for tests; the folder and the modes of the files are then its affair. Empty: the
  /// operating system's files.
  std::string vfs = {};
};

class RoomStore {
 public:
  static constexpr const char* file_name = "rooms.sqlite";
  /// Images that are kept for a room.
  static constexpr int images_max = 2;

  /// Creates what is missing: the folder, not its parents. `unavailable`: another process has it open. `invalid`: a
  /// newer version has written it.
  [[nodiscard]] static Result<RoomStore> open(const std::filesystem::path& directory) { return open(directory, {}); }
  [[nodiscard]] static Result<RoomStore> open(const std::filesystem::path& directory, RoomStoreOptions options);
  /// Copies the log into the database and closes.
  ~RoomStore();
  RoomStore(RoomStore&&) noexcept;
  RoomStore& operator=(RoomStore&&) noexcept;

  // --- transactions. The lock is held anyway, so begin() never waits.

  [[nodiscard]] Result<void> begin();
  /// Waits for the disk. If it fails, the transaction is rolled back.
  [[nodiscard]] Result<void> commit();
  /// Nothing if there is no transaction.
  void rollback() noexcept;
  [[nodiscard]] bool in_transaction() const noexcept;
  /// Runs `change` so that it is done as a whole or not at all, within a transaction or as one. It must not begin or
  /// end transactions.
  [[nodiscard]] Result<void> atomically(UniqueFunction<Result<void>(RoomStore&)> change);

  // --- rooms

  [[nodiscard]] Result<StoredRoom> find(std::string_view topic);
  [[nodiscard]] Result<StoredRoom> find(RoomId id);
  [[nodiscard]] Result<StoredRoom> create(std::string_view topic);
  /// The topic is free at once; all that belongs to the id is unreachable, and sweep() deletes it.
  [[nodiscard]] Result<void> forget(RoomId id);
  /// The rooms that were created after `after`, in that order, at most so many. RoomId{0}: from the first.
  [[nodiscard]] Result<std::vector<StoredRoom>> rooms(RoomId after, std::size_t most);
  /// Reads the length of each of its records: for reports.
  [[nodiscard]] Result<RoomUsage> usage(RoomId id);

  // --- the journal

  [[nodiscard]] Result<void> append(RoomId id, std::int64_t sequence, std::string_view record);
  /// Calls `visit` for each record, in order, until it returns false; it must not call the store, and the bytes are
  /// valid during the call. `invalid`: `from` was discarded. Nothing to read is no error.
  [[nodiscard]] Result<void> read(RoomId id, std::int64_t from,
                                  UniqueFunction<bool(std::int64_t sequence, std::string_view record)> visit);
  /// The records before `sequence` are over, which is at most the last one's plus 1. Nothing if they already are.
  [[nodiscard]] Result<void> discard_before(RoomId id, std::int64_t sequence);

  // --- images and states. `sequence` is that of a record that was appended, or 0; not before that of the last image or
  // state, and the records after it must not have been discarded.

  [[nodiscard]] Result<void> put_image(RoomId id, std::int64_t sequence, std::string_view image);
  /// Newest first.
  [[nodiscard]] Result<std::vector<StoredImage>> images(RoomId id);
  /// UTF-8.
  [[nodiscard]] Result<void> put_state(RoomId id, std::int64_t sequence, std::string_view state);
  [[nodiscard]] Result<std::optional<StoredImage>> state(RoomId id);

  // --- the store

  /// How often it has been opened, this time included: the number of the process that uses it.
  [[nodiscard]] std::uint64_t openings() const noexcept;
  /// A random number of the store. A copy has the same, until renew_identity().
  [[nodiscard]] std::uint64_t identity() const noexcept;
  /// For a copy that goes on in the place of a store that had gone on after the copy was made.
  [[nodiscard]] Result<void> renew_identity();
  [[nodiscard]] Result<std::optional<std::string>> meta(std::string_view key);
  [[nodiscard]] Result<void> set_meta(std::string_view key, std::string_view value);

  /// Deletes at most about `rows_max` records and images that were discarded or forgotten. Whether there is more.
  [[nodiscard]] Result<bool> sweep(std::int64_t rows_max);
  /// Whether sweep() has something to do.
  [[nodiscard]] bool garbage() const noexcept;

  /// Bytes of the log that are not in the database yet.
  [[nodiscard]] std::int64_t log_bytes() const noexcept;
  /// Copies them there; waits for the disk twice. Not within a transaction.
  [[nodiscard]] Result<void> checkpoint();

  /// Copies the store into `directory`, which is created if it does not exist. `already_exists`: there is a store in
  /// it.
  [[nodiscard]] Result<void> backup(const std::filesystem::path& directory);
  /// The same, in steps; between them, the store can be used. The backup must be destroyed before the store.
  [[nodiscard]] Result<RoomStoreBackup> start_backup(const std::filesystem::path& directory);

  /// Reads everything: SQLite's integrity check, and that every journal is without gaps.
  [[nodiscard]] Result<void> verify();
  /// Writes and commits a page: whether the disk takes something again.
  [[nodiscard]] Result<void> probe();

 private:
  struct Parts;
  [[nodiscard]] Result<void> count_opening();
  explicit RoomStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// A backup under way. It has the state of the store at its last step. Without one, what was written is removed.
class RoomStoreBackup {
 public:
  ~RoomStoreBackup();
  RoomStoreBackup(RoomStoreBackup&&) noexcept;
  RoomStoreBackup& operator=(RoomStoreBackup&&) = delete;

  /// Copies some pages of 4 KiB. Not within a transaction of the store. False: the backup is complete and on the disk.
  [[nodiscard]] Result<bool> step(int pages);

 private:
  friend class RoomStore;
  struct Parts;
  explicit RoomStoreBackup(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace entmoot
