// SPDX-License-Identifier: MIT

#pragma once

// SQLite in two classes: a Database is a connection, a Statement is prepared SQL with its values. Nothing else includes
// sqlite3.h.
//
//   auto database = Database::open("chat.sqlite");
//   auto insert = database->prepare("insert into messages (room, json) values (?, ?)");
//   insert->bind(1, "lobby").bind(2, json);
//   if (auto done = insert->step(); !done) …
//
// Threads. All functions block (a commit waits for the disk) and take no lock: a Database and its statements belong to
// one thread at a time, that of a Worker, never of a shard (core/worker.hpp).
//
// Durability. A commit that was reported is on the disk: rollback journal, synchronous=FULL. The write-ahead log would
// be faster, but SQLite before 3.51.3 can corrupt it, and distributions ship older versions.
//
// Errors are values with SQLite's message. A failed bind is reported by the next step().

#include <entmoot/base/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace entmoot {

/// Must be destroyed before its Database.
class Statement {
 public:
  /// Parameters count from 1. The text is copied.
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::int64_t number);

  /// Runs to the next row. False: there is none left, and the statement is ready for other values.
  [[nodiscard]] Result<bool> step();
  /// Discards the remaining rows.
  void reset() noexcept;

  /// A column of the current row. Columns count from 0; NULL is "" and 0.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

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

class Database {
 public:
  /// Creates the file if it does not exist. ":memory:" is a database without a file.
  [[nodiscard]] static Result<Database> open(const std::string& path);

  /// Runs one or several statements without values and without rows.
  [[nodiscard]] Result<void> run(const std::string& sql);
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);

 private:
  explicit Database(sqlite3* database) : database_(database) {}

  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace entmoot
