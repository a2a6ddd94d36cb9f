// SPDX-License-Identifier: MIT

#include <entmoot/store/sqlite.hpp>

#include <sqlite3.h>

#include <cerrno>
#include <utility>

namespace entmoot {

namespace {
Error failure(sqlite3* database) {
  return fail(ErrorCode::io, std::string("database error: ") + sqlite3_errmsg(database),
              "SQLite's code " + std::to_string(sqlite3_extended_errcode(database)) + ", errno " +
                  std::to_string(sqlite3_system_errno(database)));
}

DatabaseFault fault_of(int code, int system_error) {
  constexpr int kind = 0xff;  // the rest of an extended code says more about it
  switch (code & kind) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return DatabaseFault::none;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return DatabaseFault::in_use;
    case SQLITE_FULL: return DatabaseFault::full;
    case SQLITE_IOERR:
      return system_error == ENOSPC || system_error == EDQUOT ? DatabaseFault::full : DatabaseFault::device;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM: return DatabaseFault::device;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return DatabaseFault::damaged;
    default: return DatabaseFault::other;
  }
}
}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

void Statement::bound(int status) {
  if (status != SQLITE_OK && failed_bind_ == SQLITE_OK) failed_bind_ = status;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  const char* bytes = text.empty() ? "" : text.data();  // SQLite binds a null pointer as NULL
  bound(sqlite3_bind_text64(statement_.get(), parameter, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  bound(sqlite3_bind_int64(statement_.get(), parameter, number));
  return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  bound(sqlite3_bind_blob64(statement_.get(), parameter, data, bytes.size(), SQLITE_STATIC));
  return *this;
}

Result<bool> Statement::step() {
  if (const int status = std::exchange(failed_bind_, SQLITE_OK); status != SQLITE_OK) {
    return fail(ErrorCode::io, std::string("database error: ") + sqlite3_errstr(status));
  }
  const int status = sqlite3_step(statement_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) {
    reset();
    return false;
  }
  Error error = failure(sqlite3_db_handle(statement_.get()));
  reset();
  return error;
}

void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (!bytes) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  if (!data) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Database::Close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

Result<Database> Database::open(const std::string& path, const DatabaseOptions& options) {
  sqlite3* handle = nullptr;
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int status = sqlite3_open_v2(path.c_str(), &handle, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  Database database(handle);  // SQLite returns a handle even if it fails to open
  if (status != SQLITE_OK)
    return fail(ErrorCode::io, path + ": " + (handle ? sqlite3_errmsg(handle) : sqlite3_errstr(status)));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, options.busy_ms);
  auto set = options.exclusive_wal ? database.enter_exclusive_wal()
                                   : database.run("pragma journal_mode = delete; pragma synchronous = full");
  if (!set) {
    const bool in_use = database.fault() == DatabaseFault::in_use;
    return fail(in_use ? ErrorCode::unavailable : set.error().code, path + ": " + set.error().reason,
                set.error().detail);
  }
  return database;
}

Result<void> Database::enter_exclusive_wal() {
  // In this order: a log that is entered in the normal locking mode would have shared memory.
  if (auto set = run("pragma locking_mode = exclusive; pragma synchronous = full; pragma wal_autocheckpoint = 0");
      !set) {
    return set.error();
  }
  std::string mode;
  {
    auto enter = prepare("pragma journal_mode = wal");
    if (!enter) return enter.error();
    auto row = enter->step();
    if (!row) return row.error();
    mode = enter->text(0);
  }
  if (mode != "wal")
    return fail(ErrorCode::io, "the database cannot have a write-ahead log (it stays in mode " + mode + ")");
  // The lock is taken by the first transaction; this one also reads the log that a crash has left.
  if (auto locked = run("begin immediate; commit"); !locked) return locked.error();
  auto page_size = prepare("pragma page_size");
  if (!page_size) return page_size.error();
  if (auto row = page_size->step(); !row) return row.error();
  log_ = std::make_unique<Log>(Log{.pages = 0, .page_bytes = page_size->number(0)});
  sqlite3_wal_hook(
      database_.get(),
      [](void* log, sqlite3*, const char*, int pages) {
        static_cast<Log*>(log)->pages = pages;
        return SQLITE_OK;
      },
      log_.get());
  return {};
}

DatabaseFault Database::fault() const noexcept {
  return fault_of(sqlite3_extended_errcode(database_.get()), sqlite3_system_errno(database_.get()));
}

bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(database_.get()) == 0; }

std::int64_t Database::changes() const noexcept { return sqlite3_changes64(database_.get()); }

std::int64_t Database::last_insert_id() const noexcept { return sqlite3_last_insert_rowid(database_.get()); }

Result<void> Database::checkpoint() {
  int logged = 0;
  int copied = 0;
  const int status = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &logged, &copied);
  if (status != SQLITE_OK) return failure(database_.get());
  if (log_) log_->pages = logged - copied;
  return {};
}

Result<void> Database::run(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return failure(database_.get());
  }
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int status = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (status != SQLITE_OK) return failure(database_.get());
  if (!statement) return fail(ErrorCode::invalid, "the SQL contains no statement");
  return Statement(statement);
}

void DatabaseCopy::Finish::operator()(sqlite3_backup* copy) const noexcept { sqlite3_backup_finish(copy); }

Result<DatabaseCopy> DatabaseCopy::start(Database& from, Database to) {
  sqlite3_backup* copy = sqlite3_backup_init(to.database_.get(), "main", from.database_.get(), "main");
  if (!copy) return failure(to.database_.get());
  return DatabaseCopy(std::move(to), copy);
}

Result<bool> DatabaseCopy::step(int pages) {
  const int status = sqlite3_backup_step(copy_.get(), pages);
  if (status == SQLITE_OK) return true;
  if (status == SQLITE_DONE) return false;
  return fail(ErrorCode::io, std::string("database error: ") + sqlite3_errstr(status));
}

}  // namespace entmoot
