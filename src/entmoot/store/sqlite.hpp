// SPDX-License-Identifier: MIT

#pragma once

// SQLite in three classes: a Database is a connection, a Statement is prepared SQL with its values, a DatabaseCopy
// copies a database that goes on being used. Nothing else in the library includes sqlite3.h.
//
//   auto database = Database::open("chat.sqlite");
//   auto insert = database->prepare("insert into messages (room, json) values (?, ?)");
//   insert->bind(1, "lobby").bind(2, json);
//   if (auto done = insert->step(); !done) …
//
// Threads. All functions block (a commit waits for the disk) and take no lock: a Database and its statements belong to
// one thread at a time, that of a Worker, never of a shard (core/worker.hpp).
//
// Durability. A commit that was reported is on the disk: synchronous=FULL, with a rollback journal or a write-ahead
// log. The rollback journal is for files that several connections or processes may open. The write-ahead log costs
// fewer writes and one wait for the disk instead of several, but SQLite before 3.51.3, which distributions ship, can
// corrupt it: if one connection writes while another one completes a checkpoint, the writer can miss that the log has
// begun anew (the "WAL-reset bug"). So the log is only used by a connection that excludes all others
// (DatabaseOptions::exclusive_wal).
//
// Errors are values with SQLite's message; Database::fault() says of which kind the last one was. A failed bind is
// reported by the next step().

#include <entmoot/base/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_backup;
struct sqlite3_stmt;

namespace entmoot {

/// Must be destroyed before its Database.
class Statement {
 public:
  /// Parameters count from 1. The text is copied.
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::int64_t number);
  /// Not copied: the bytes must live until step() has returned false or an error, or until reset().
  Statement& bind_blob(int parameter, std::string_view bytes);

  /// Runs to the next row. False: there is none left, and the statement is ready for other values.
  [[nodiscard]] Result<bool> step();
  /// Discards the remaining rows.
  void reset() noexcept;

  /// A column of the current row. Columns count from 0; NULL is "" and 0.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  /// The bytes of a blob or a text, valid until the next step() or reset().
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  void bound(int status);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int failed_bind_ = 0;  // SQLite's code; 0: none
};

struct DatabaseOptions {
  /// A write-ahead log instead of a rollback journal. The file is locked from opening to closing: no second connection,
  /// of this or another process, can read or write it, and there is no shared memory. Checkpoints are the caller's
  /// (Database::checkpoint()), and closing makes one.
  bool exclusive_wal = false;
  /// How long to wait for another process that has locked the file, in milliseconds.
  int busy_ms = 1000;
  /// The name of a registered sqlite3_vfs; empty: the operating system's files.
  std::string vfs = {};
};

/// What kind of failure the last error of a Database was.
enum class DatabaseFault {
  none,
  in_use,   ///< Another connection has locked the file.
  full,     ///< No space is left on the disk, or the user's quota is used up.
  device,   ///< A system call on the file failed.
  damaged,  ///< The file is no database, or its contents contradict themselves.
  other,    ///< SQL that is wrong or breaks a constraint, and the rest.
};

class Database {
 public:
  /// Creates the file if it does not exist. ":memory:" is a database without a file. `unavailable`: another connection
  /// has locked it.
  [[nodiscard]] static Result<Database> open(const std::string& path) { return open(path, {}); }
  [[nodiscard]] static Result<Database> open(const std::string& path, const DatabaseOptions& options);

  /// Runs one or several statements without values and without rows.
  [[nodiscard]] Result<void> run(const std::string& sql);
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);

  /// Of the last call on this connection or one of its statements; valid until the next call.
  [[nodiscard]] DatabaseFault fault() const noexcept;
  /// Whether a transaction is open. Some errors (a full disk) roll it back by themselves.
  [[nodiscard]] bool in_transaction() const noexcept;
  /// How many rows the last insert, update or delete has changed.
  [[nodiscard]] std::int64_t changes() const noexcept;
  [[nodiscard]] std::int64_t last_insert_id() const noexcept;

  /// Bytes of the write-ahead log that are not in the database file yet.
  [[nodiscard]] std::int64_t wal_bytes() const noexcept { return log_ ? log_->pages * log_->page_bytes : 0; }
  /// Writes them there (sqlite3_wal_checkpoint_v2, passive), with two waits for the disk. Not within a transaction.
  [[nodiscard]] Result<void> checkpoint();

 private:
  friend class DatabaseCopy;
  explicit Database(sqlite3* database) : database_(database) {}
  [[nodiscard]] Result<void> enter_exclusive_wal();

  struct Log {
    std::int64_t pages = 0;
    std::int64_t page_bytes = 0;
  };
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  std::unique_ptr<Log> log_;  // its place is known to SQLite
  std::unique_ptr<sqlite3, Close> database_;
};

/// Copies a Database page by page into an empty one. What the source's own connection writes between two steps is in
/// the copy. Must be destroyed before the source; on its thread. The copy is complete and on the disk when step() has
/// returned false.
class DatabaseCopy {
 public:
  [[nodiscard]] static Result<DatabaseCopy> start(Database& from, Database to);
  /// Copies some pages; false: all are copied. Not within a transaction of the source.
  [[nodiscard]] Result<bool> step(int pages);

 private:
  struct Finish {
    void operator()(sqlite3_backup* copy) const noexcept;
  };
  explicit DatabaseCopy(Database to, sqlite3_backup* copy) : to_(std::move(to)), copy_(copy) {}
  Database to_;
  std::unique_ptr<sqlite3_backup, Finish> copy_;  // after to_: finished before it is closed
};

}  // namespace entmoot
